import { type Attack, type AttackOptions, boostOf, honestOf } from './attack.ts';
import { meanOfHonest } from './moments.ts';

/**
 * Inner-product manipulation, also called fall of empires: −boost × the mean of the honest updates. Small boosts
 * (0.1) slip past distance-based rules, large ones (100) ruin means.
 *
 * Source: Xie et al., Fall of Empires: Breaking Byzantine-tolerant SGD by Inner Product Manipulation, 2020.
 *
 * @throws {UsageError} ATTACK_OPTION.
 */
export function ipm(options: Pick<AttackOptions, 'boost'> = {}): Attack {
  const boost = boostOf('ipm', options.boost);
  return {
    name: 'ipm',
    needs: 'honest',
    random: false,
    craft: (view) => meanOfHonest(honestOf('ipm', view)).map((x) => -boost * x),
  };
}
