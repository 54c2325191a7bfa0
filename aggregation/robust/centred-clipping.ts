import { countOption, liarCount, positiveOption } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { beyondRange, clippedPull } from './clipped-pull.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';

export type CentredClippingOptions = {
  /** Liars among the rows: for the condition only; the vector does not depend on it. */
  readonly f: number;
  /** τ, the most that one row can pull, > 0; 1 where left out. */
  readonly radius?: number;
  /** L, how often the centre moves, a whole number ≥ 1; 1 where left out. */
  readonly iterations?: number;
};

/**
 * Centred clipping: from v_0 = reference, or 0 where there is none, L times
 * v ← v + (1/n)·Σ (x_i − v)·min(1, τ ÷ ‖x_i − v‖), the sum by ascending row.
 *
 * With the last accepted aggregate for reference the rounds themselves are the iterations: one a round is the paper's
 * own choice, and the least that liars can make of it; hence the default L = 1.
 *
 * Bounded: f rows, whatever they hold, move the result by at most 2·L·f·τ/n from what it is with any other values in
 * their place, since one iteration depends on a row by at most 2τ/n and brings no two centres farther apart. All rows
 * together move it by at most L·τ from v_0. Broken by lies that stay the same for many rounds, which walk it that
 * far in each; by a τ far above the honest spread, which makes it the mean; and by a τ far below, which freezes it.
 *
 * `weights` are the last iteration's factors min(1, τ ÷ ‖x_i − v‖); 0 where ‖x_i − v‖² is beyond float64.
 *
 * Source: Karimireddy, He, Jaggi, Learning from History for Byzantine Robust Optimization, 2021, algorithm 2.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function centredClipping(options: CentredClippingOptions): AggregationRule {
  const name = 'centred-clipping';
  const f = liarCount(name, options.f);
  const radius = positiveOption(name, 'radius', options.radius, 1);
  const iterations = countOption(name, 'iterations', options.iterations, 1);
  return defineRule({
    name,
    f,
    condition: MAJORITY_CONDITION,
    takes: ['reference'],
    apply: (rows, { reference }) => {
      const vector = Float64Array.from(reference ?? new Float64Array(rows[0]?.length ?? 0));
      let weights: Float64Array = new Float64Array(rows.length);
      for (let iteration = 0; iteration < iterations; iteration++) {
        const { mean, factors } = clippedPull(rows, vector, radius);
        for (let k = 0; k < vector.length; k++) vector[k] = vector[k]! + mean[k]!;
        weights = factors;
      }
      return { vector, selected: [...rows.keys()], leftOut: beyondRange(weights), weights };
    },
  });
}
