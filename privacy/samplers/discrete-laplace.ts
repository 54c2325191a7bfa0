import { BallastError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { RandomIntegers } from '../random-integers.ts';
import type { Rational } from '../rational.ts';

/** The largest numerator and denominator of a scale. A result then leaves the safe integers with probability below exp(−2^12). */
const MAX_TERM = 1n << 40n;

/**
 * An exact sampler of the discrete Laplace: P[X = x] ∝ exp(−|x|/b) over the integers, for a rational scale b
 * (Canonne, Kamath and Steinke 2020, Algorithm 2). Integer arithmetic throughout.
 *
 * A sum on the grid that one unit moves by at most C in L1 norm, C in steps, is ε-private with b = C/ε under
 * add-remove.
 *
 * The time of a draw depends on the value drawn, so it must not be observable by whoever receives the result.
 *
 * @param scale b > 0 in grid steps, as a fraction whose terms are at most 2^40 when reduced.
 * @param randomBytes uniform bytes, from a cryptographic source wherever privacy is meant.
 * @returns a function that draws one integer per call.
 * @throws BallastError `PRIVACY_PARAMETER` for another scale.
 */
export function discreteLaplace(scale: Rational, randomBytes: RandomBytes): () => number {
  const { numerator, denominator } = scale;
  const common = numerator > 0n && denominator > 0n ? greatestCommonDivisor(numerator, denominator) : 1n;
  const reduced = { numerator: numerator / common, denominator: denominator / common };
  if (
    numerator <= 0n ||
    denominator <= 0n ||
    reduced.numerator > MAX_TERM ||
    reduced.denominator > MAX_TERM
  ) {
    throw new BallastError(
      'PRIVACY_PARAMETER',
      `scale: got ${numerator}/${denominator}, expected a fraction above 0 of terms up to 2^40`,
    );
  }
  const integers = new RandomIntegers(randomBytes);
  const [whole, parts] = [Number(reduced.numerator), Number(reduced.denominator)];
  return () => drawDiscreteLaplace(integers, whole, parts);
}

/** P[X = x] ∝ exp(−|x|·parts/whole), for integers from 1 to 2^40. */
export function drawDiscreteLaplace(integers: RandomIntegers, whole: number, parts = 1): number {
  for (;;) {
    const remainder = integers.below(whole);
    if (!integers.bernoulliExp(remainder, whole)) continue;
    let multiple = 0;
    while (integers.bernoulliExp(1, 1)) multiple += 1;
    const magnitude = Math.floor((remainder + whole * multiple) / parts);
    const negative = integers.coin();
    if (magnitude !== 0) return negative ? -magnitude : magnitude;
    // Zero would otherwise be drawn with both signs.
    if (!negative) return 0;
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
