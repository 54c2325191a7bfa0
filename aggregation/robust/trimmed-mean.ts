import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { coordinateWise, MAJORITY_CONDITION } from './coordinate-wise.ts';

export type TrimmedMeanOptions = {
  /** Liars among the rows, and how many values each coordinate loses at either end. */
  readonly f: number;
};

/**
 * Coordinate-wise trimmed mean: of each coordinate the f smallest and the f largest values are dropped, the
 * other n − 2f are added in ascending order and divided by their number.
 *
 * Source: Yin et al., Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates, 2018,
 * definition 2, with β = f/n.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function trimmedMean(options: TrimmedMeanOptions): AggregationRule {
  const f = liarCount('trimmed-mean', options.f);
  return defineRule({
    name: 'trimmed-mean',
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows, { kernels }) => coordinateWise(rows, kernels, { from: f, to: rows.length - f, f }),
  });
}
