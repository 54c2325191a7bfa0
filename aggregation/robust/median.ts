import { middleOf } from '../kernels/window-means.ts';
import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { coordinateWise, MAJORITY_CONDITION } from './coordinate-wise.ts';

export type MedianOptions = {
  /** Liars among the rows: for the condition and for who is named; the vector does not depend on it. */
  readonly f: number;
};

/**
 * Coordinate-wise median: of each coordinate the middle value, or half the sum of the two middle values where n
 * is even.
 *
 * Source: Yin et al., Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates, 2018,
 * definition 1.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function median(options: MedianOptions): AggregationRule {
  const f = liarCount('median', options.f);
  return defineRule({
    name: 'median',
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows, { kernels }) => coordinateWise(rows, kernels, { ...middleOf(rows.length), f }),
  });
}
