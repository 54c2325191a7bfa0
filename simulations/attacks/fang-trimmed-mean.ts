import { checkRows } from '../../aggregation/kernels/rows.ts';
import { type Attack, honestOf, needed } from './attack.ts';
import { meanOfHonest } from './moments.ts';
import { uniform } from './uniform.ts';

/** b: how far beyond the honest values the lie may lie, as a factor. */
const FACTOR = 2;

/**
 * Fang's attack on the trimmed mean and the median, with full knowledge: in each coordinate a value beyond all honest
 * ones, on the side away from which the model would go. Where the honest mean is ≥ 0, uniform between the least
 * honest value m and m/2 or 2m, whichever is less; otherwise between the greatest M and M/2 or 2M, whichever is more.
 * Each liar draws its own.
 *
 * Source: Fang et al., Local Model Poisoning Attacks to Byzantine-Robust Federated Learning, 2020, section 4.3, b = 2.
 */
export function fangTrimmedMean(): Attack {
  return {
    name: 'fang-trimmed-mean',
    needs: 'honest',
    random: true,
    craft: (view) => {
      const honest = honestOf('fang-trimmed-mean', view);
      const random = needed('fang-trimmed-mean', 'random', view.random);
      checkRows(honest);
      return meanOfHonest(honest).map((centre, k) => {
        const values = honest.map((row) => row[k]!);
        const [edge, beyond] =
          centre >= 0
            ? edgeAndBeyond(Math.min(...values), Math.min)
            : edgeAndBeyond(Math.max(...values), Math.max);
        return edge + (beyond - edge) * uniform(random);
      });
    },
  };
}

function edgeAndBeyond(edge: number, farther: (a: number, b: number) => number): [number, number] {
  return [edge, farther(edge * FACTOR, edge / FACTOR)];
}
