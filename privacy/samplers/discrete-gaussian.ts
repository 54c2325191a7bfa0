import { BallastError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { RandomIntegers } from '../random-integers.ts';
import { integerSquareRoot, type Rational } from '../rational.ts';
import { drawDiscreteLaplace } from './discrete-laplace.ts';

/** The largest σ that is sampled. A result then leaves the safe integers with probability below exp(−2^12). */
export const MAX_DEVIATION = 2 ** 40;

/**
 * An exact sampler of the discrete Gaussian: P[X = x] ∝ exp(−x²/2σ²) over the integers (Canonne, Kamath and
 * Steinke, "The Discrete Gaussian for Differential Privacy", NeurIPS 2020, Algorithms 1 to 3).
 *
 * Integer arithmetic throughout: rounding a continuous Gaussian leaks through the low bits of the doubles
 * (Mironov 2012); this does not. It is the reference that the fast sampler is compared with. The time a draw takes depends on the value drawn, so it must not be
 * observable by whoever receives the result.
 *
 * @param variance σ² > 0 as a fraction, in squared grid steps, σ < 2^40.
 * @param randomBytes uniform bytes, from a cryptographic source wherever privacy is meant.
 * @returns a function that draws one integer per call.
 * @throws BallastError `PRIVACY_PARAMETER` for another variance.
 */
export function discreteGaussian(variance: Rational, randomBytes: RandomBytes): () => number {
  const { numerator, denominator } = variance;
  if (numerator <= 0n || denominator <= 0n || numerator >= denominator << 80n) {
    throw new BallastError(
      'PRIVACY_PARAMETER',
      `variance: got ${numerator}/${denominator}, expected a fraction above 0 and below 2^80`,
    );
  }
  const integers = new RandomIntegers(randomBytes);
  const scale = integerSquareRoot(numerator / denominator) + 1n;
  const scaleNumber = Number(scale);
  // exp(−(|Y| − σ²/t)²/2σ²) = exp(−(|Y|·t·d − n)²/2ndt²) with σ² = n/d.
  const slope = scale * denominator;
  const curvature = 2n * numerator * denominator * scale * scale;
  return () => {
    for (;;) {
      const candidate = drawDiscreteLaplace(integers, scaleNumber);
      const distance = BigInt(Math.abs(candidate)) * slope - numerator;
      if (integers.bernoulliExpBig(distance * distance, curvature)) return candidate;
    }
  };
}
