import type { RandomBytes } from '../protocol/random.ts';
import { requireBetween, requireInteger } from './parameters.ts';
import { RandomIntegers } from './random-integers.ts';
import { exactRational } from './rational.ts';

/**
 * Who takes part: each of `count` units with probability exactly `rate`, independently of all others (the sampling of
 * Abadi et al. 2016, section 3.1, and of every `poisson-sampled` event). A shuffle or a batch of fixed size is not that.
 *
 * The rate is taken as the exact value of its double; trials are drawn in the order of the units.
 *
 * @param randomBytes uniform bytes, from a cryptographic source wherever privacy is meant: who was drawn is a secret.
 * @returns `count` bytes, 1 for whoever takes part and 0 for the others.
 * @throws BallastError `PRIVACY_PARAMETER` unless 0 < rate ≤ 1.
 */
export function poissonSample(count: number, rate: number, randomBytes: RandomBytes): Uint8Array {
  requireInteger('units', count, 0, 2 ** 31);
  requireBetween('sampling rate', rate, Number.MIN_VALUE, 1);
  const { numerator, denominator } = exactRational(rate);
  const integers = new RandomIntegers(randomBytes);
  const chosen = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    chosen[i] = integers.bernoulliBig(numerator, denominator) ? 1 : 0;
  }
  return chosen;
}
