import type { RandomBytes } from '../../protocol/random.ts';
import { type Attack, type AttackOptions, boostOf, needed } from './attack.ts';
import { uniform } from './uniform.ts';

/**
 * Gaussian: independent noise N(0, σ²) in every coordinate with σ = boost × ‖own‖/√d, so that its norm is about
 * boost × that of the honest update.
 *
 * @throws {UsageError} ATTACK_OPTION.
 */
export function gaussian(options: Pick<AttackOptions, 'boost'> = {}): Attack {
  const boost = boostOf('gaussian', options.boost);
  return {
    name: 'gaussian',
    needs: 'own',
    random: true,
    craft: ({ own, random }) => {
      const bytes = needed('gaussian', 'random', random);
      const meanSquare = own.reduce((sum, x) => sum + x * x, 0) / own.length;
      const sigma = boost * Math.sqrt(meanSquare);
      return own.map(() => sigma * standardNormal(bytes));
    },
  };
}

/** Box–Muller, with the sine branch thrown away: one number per two uniform ones. */
function standardNormal(random: RandomBytes): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(random)));
  return radius * Math.cos(2 * Math.PI * uniform(random));
}
