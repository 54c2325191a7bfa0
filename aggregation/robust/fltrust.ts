import { dotsWith } from '../kernels/dots-with.ts';
import { unitOf } from '../kernels/units.ts';
import { sumOf, weightedSum } from '../kernels/weighted-sum.ts';
import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';
import { weighted } from './weighted.ts';

export type FlTrustOptions = {
  /** Liars among the rows: for the condition only; the vector does not depend on it. */
  readonly f: number;
};

/**
 * FLTrust: with r the reference and cos_i the cosine of x_i and r, the trust in a row is t_i = max(0, cos_i), and the
 * result Σ t_i·(‖r‖ ÷ ‖x_i‖)·x_i ÷ Σ t_i. Where no row is trusted it is 0, and the model stays as it is.
 *
 * `reference` is needed: the update that training on trusted (root) data gives. n > 2f is asked although trust in a
 * root bears any number of liars: a round without root data puts the median of the rows in its place.
 *
 * Resists: any number of liars, to a bound: the result is never longer than ‖r‖ and never points away from r, so a
 * round adds at most ‖r‖ in a direction within 90° of it. Broken by: a root that is few or unlike the nodes' data, whose
 * error is the result's; lies within 90° of r, which count as much as honest rows.
 *
 * `weights` are the trust scores; a row that is 0 has none. Order of arithmetic: norms and directions as in
 * {@link unitOf}; cosines by {@link dotsWith} of directions; {@link weightedSum} of directions, each coordinate then times
 * ‖r‖.
 *
 * Source: Cao, Fang, Liu, Gong, FLTrust: Byzantine-robust Federated Learning via Trust Bootstrapping, 2021, section IV.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function flTrust(options: FlTrustOptions): AggregationRule {
  const f = liarCount('fltrust', options.f);
  return defineRule({
    name: 'fltrust',
    f,
    condition: MAJORITY_CONDITION,
    takes: ['reference'],
    needs: ['reference'],
    apply: (rows, { reference = new Float64Array(rows[0]?.length ?? 0) }) => {
      const root = unitOf(reference);
      const directions = rows.map((row) => unitOf(row).direction);
      const cosines = dotsWith(directions, root.direction);
      const trust = cosines.map((cosine) => Math.min(1, Math.max(0, root.length === 0 ? 0 : cosine)));
      const total = sumOf(trust);
      const vector =
        total === 0
          ? new Float64Array(reference.length)
          : weightedSum(directions, trust, total).map((x) => x * root.length);
      return weighted(
        vector,
        trust,
        (row) => `cosine ${Number(cosines[row]!.toPrecision(4))} with the reference`,
      );
    },
  });
}
