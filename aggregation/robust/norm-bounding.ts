import { liarCount, positiveOption } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { beyondRange, clippedPull } from './clipped-pull.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';

export type NormBoundingOptions = {
  /** Liars among the rows: for the condition only; the vector does not depend on it. */
  readonly f: number;
  /** The largest norm that a row keeps, > 0; 1 where left out. */
  readonly radius?: number;
};

/**
 * Norm bounding: (1/n)·Σ x_i·min(1, radius ÷ ‖x_i‖), the sum by ascending row.
 *
 * Bounds how much a row weighs, not where it points: f rows move the result by at most 2·f·radius/n from what it is
 * with any other values in their place. That ends attacks that boost one update to replace the model. Broken by lies
 * within the radius, round after round: a mean of short vectors is still a mean. Honest rows longer than the radius
 * are shortened too.
 *
 * `weights` are the factors min(1, radius ÷ ‖x_i‖); 0 where ‖x_i‖² is beyond float64.
 *
 * Source: Sun, Kairouz, Suresh, McMahan, Can You Really Backdoor Federated Learning?, 2019, section 4
 * (norm thresholding), without the noise.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function normBounding(options: NormBoundingOptions): AggregationRule {
  const name = 'norm-bounding';
  const f = liarCount(name, options.f);
  const radius = positiveOption(name, 'radius', options.radius, 1);
  return defineRule({
    name,
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows) => {
      const origin = new Float64Array(rows[0]?.length ?? 0);
      const { mean, factors } = clippedPull(rows, origin, radius);
      return { vector: mean, selected: [...rows.keys()], leftOut: beyondRange(factors), weights: factors };
    },
  });
}
