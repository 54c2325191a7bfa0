import { distancesFrom, krum, squaredDistances } from '../../aggregation/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { type Attack, honestOf, liarsOf } from './attack.ts';
import { meanOfHonest } from './moments.ts';

/** Below it the search for λ ends, whether Krum takes the lie or not (the paper's threshold). */
const LEAST_LAMBDA = 1e-5;

/**
 * Fang's attack on Krum, with full knowledge: −λ·s, where s is the sign of the honest mean, that is against the
 * direction in which the model would go, and λ the first of λ₀, λ₀/2, λ₀/4 … for which Krum takes the lie that all f
 * liars tell; where none does, the first at or below 1e-5. With w_i the n − f honest updates, d coordinates,
 *
 *     λ₀ = min_i Σ_{l nearest n − f − 2 others} ‖w_l − w_i‖ / ((n − 2f − 1)√d) + max_i ‖w_i‖ / √d.
 *
 * Updates are differences from the model that was received, which therefore is 0 (the paper's w_Re).
 *
 * Source: Fang et al., Local Model Poisoning Attacks to Byzantine-Robust Federated Learning, 2020, section 4.2.
 *
 * @throws {UsageError} ATTACK_CONDITION from `craft` unless n ≥ 2f + 3, which Krum itself asks.
 */
export function fangKrum(): Attack {
  return {
    name: 'fang-krum',
    needs: 'honest',
    random: false,
    craft: (view) => {
      const honest = honestOf('fang-krum', view);
      const f = liarsOf('fang-krum', view);
      const n = honest.length + f;
      const rule = krum({ f });
      if (n < rule.minRows) {
        throw new UsageError(
          'ATTACK_CONDITION',
          `fang-krum: got ${honest.length} honest updates and ${f} liars, expected n ≥ ${rule.minRows} as Krum does`,
          { metadata: { attack: 'fang-krum', honest: honest.length, liars: f } },
        );
      }
      const signs = meanOfHonest(honest).map(Math.sign);
      let lambda = firstLambda(honest, n, f);
      for (;;) {
        const lie = signs.map((sign) => -lambda * sign);
        const rows = [...honest, ...Array.from({ length: f }, () => lie)];
        const [chosen = 0] = rule.aggregate(rows).selected;
        if (chosen >= honest.length || lambda <= LEAST_LAMBDA) return lie;
        lambda /= 2;
      }
    },
  };
}

function firstLambda(honest: readonly Float64Array[], n: number, f: number): number {
  const root = Math.sqrt(honest[0]?.length ?? 1);
  const distances = squaredDistances(honest);
  const sums = honest.map((_, i) =>
    distancesFrom(distances, i)
      .map(Math.sqrt)
      .sort()
      .subarray(0, n - f - 2)
      .reduce((sum, distance) => sum + distance, 0),
  );
  const norms = honest.map((row) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)));
  return Math.min(...sums) / ((n - 2 * f - 1) * root) + Math.max(...norms) / root;
}
