import { UsageError } from '../../protocol/errors.ts';
import { type Attack, type AttackOptions, attackOptionError, honestOf } from './attack.ts';
import { deviationOfHonest, meanOfHonest } from './moments.ts';
import { normalQuantile } from './normal-quantile.ts';

/**
 * A little is enough: mean + z × sample standard deviation of the honest updates, per coordinate; far enough to
 * bias, near enough to be taken for one of them. A negative z goes the other way.
 *
 * Without `z` it is the closed form of {@link alieDeviation}, with n = honest updates + f. In small networks
 * that is nearly nothing: say which z was used.
 *
 * Source: Baruch et al., A Little Is Enough: Circumventing Defenses For Distributed Learning, 2019, section 3.
 *
 * @throws {UsageError} ATTACK_OPTION.
 */
export function alie(options: Pick<AttackOptions, 'z' | 'f'> = {}): Attack {
  const { z, f } = options;
  if (z !== undefined && !Number.isFinite(z)) throw attackOptionError('alie', 'z', z, 'a finite number');
  if (f !== undefined && !(Number.isSafeInteger(f) && f >= 1)) {
    throw attackOptionError('alie', 'f', f, 'a whole number ≥ 1');
  }
  if (z === undefined && f === undefined) {
    throw attackOptionError('alie', 'z', z, 'a finite number, or f for the closed form');
  }
  return {
    name: 'alie',
    needs: 'honest',
    random: false,
    craft: (view) => {
      const honest = honestOf('alie', view, 2);
      const mean = meanOfHonest(honest);
      const deviation = deviationOfHonest(honest, mean);
      const times = z ?? alieDeviation(honest.length + (f ?? 0), f ?? 0);
      return mean.map((centre, k) => centre + times * deviation[k]!);
    },
  };
}

/**
 * z = Φ⁻¹((n − f − s)/(n − f)) with s = ⌊n/2 + 1⌋ − f: the most standard deviations at which, among n normal
 * updates of which f lie, a majority is still farther out than the lie. 0 or less in small networks, for
 * instance 0 at n = 10, f = 2.
 *
 * @throws {UsageError} ATTACK_CONDITION unless f is less than half of n.
 */
export function alieDeviation(n: number, f: number): number {
  if (!(n > 2 * f)) {
    throw new UsageError('ATTACK_CONDITION', `alie needs n > 2f, given n = ${n}, f = ${f}`, {
      metadata: { attack: 'alie', n, f },
      hint: 'half of the nodes need no disguise; or give z',
    });
  }
  const supporters = Math.floor(n / 2 + 1) - f;
  return normalQuantile((n - f - supporters) / (n - f));
}
