import { principalDirection } from '../kernels/principal-direction.ts';
import { sumOf, weightedSum } from '../kernels/weighted-sum.ts';
import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';
import { weighted } from './weighted.ts';

export type CafOptions = {
  /** Liars among the rows. */
  readonly f: number;
};

/** Below this a row counts as being as far out as the farthest. */
const LEAST_FACTOR = 2 ** -30;

/**
 * Covariance-bound-agnostic filter. All c_i = 1. With μ_c the mean under the weights c, λ the largest eigenvalue of the
 * covariance under them, v its eigenvector and τ_i = ((x_i − μ_c)·v)²: c_i ← c_i · (1 − τ_i ÷ max τ), again while
 * Σ c > n − 2f. The result is the μ_c that was seen with the least λ. n > 2f.
 *
 * The largest τ is taken over rows with c_i > 0, so each step ends at least one row. A factor below 2^−30 counts as 0:
 * rows as far out as the farthest go with it, whatever rounding says. The first μ_c, the plain mean, is always seen:
 * with f = 0 it is the result.
 *
 * Resists: f liars anywhere; the result's distance from the honest mean is at most a factor times the honest rows'
 * deviation in their widest direction, whatever d is. The factor is of the order of √(f ÷ n), and grows without end as f
 * nears n ÷ 2. Broken by: honest rows that are far apart in one direction, since a few of them then look like liars; f
 * too small.
 *
 * Order of arithmetic: {@link principalDirection}, Σ c by ascending row, {@link weightedSum}; of equal λ the first.
 *
 * Source: Allouah, Guerraoui, Stephan, Towards Trustworthy Federated Learning with Untrusted Participants, 2025, which
 * names it CAF, after the filters of Diakonikolas and Kane, Recent Advances in Algorithmic High-Dimensional Robust
 * Statistics, 2019, section 2.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function caf(options: CafOptions): AggregationRule {
  const f = liarCount('caf', options.f);
  return defineRule({
    name: 'caf',
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows, { kernels }) => {
      const distances = kernels.squaredDistances(rows);
      let current = new Float64Array(rows.length).fill(1);
      let best = { variance: Number.POSITIVE_INFINITY, weights: current };
      do {
        const { variance, shares } = principalDirection(distances, current);
        if (variance < best.variance) best = { variance, weights: current };
        if (variance === 0) break;
        current = current.map((weight, i) => {
          const factor = 1 - shares[i]!;
          return factor < LEAST_FACTOR ? 0 : weight * factor;
        });
      } while (sumOf(current) > rows.length - 2 * f);
      const { weights } = best;
      return weighted(
        weightedSum(rows, weights, sumOf(weights)),
        weights,
        () => 'weight 0 after filtering by variance',
      );
    },
  });
}
