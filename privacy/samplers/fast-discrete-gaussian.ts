import { BallastError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import type { Rational } from '../rational.ts';
import { InversionTable } from './inversion-table.ts';
import { RandomWords } from './random-words.ts';

/** The largest σ² that a table serves: σ = 1024. */
const TABLE_VARIANCE = 1n << 20n;

/** The largest factor between the two parts of a convolution. */
const MAX_FACTOR = 256n;

/** σ² of the near part over the square of the factor. */
const NEAR_VARIANCE = 16n;

/** Tables are public and depend on the variance alone; a node's noise needs a handful. */
const MAX_TABLES = 16;
const tables = new Map<string, InversionTable>();

/**
 * −log₂ of a bound on the max-divergence, both ways, between what one draw of {@link fastDiscreteGaussian} yields and
 * the ideal discrete Gaussian: P'(S) ≤ exp(2^−450)·P(S) and P(S) ≤ exp(2^−450)·P'(S) for every S. The statistical
 * distance is below 2^−450 too. For σ ≤ 1024 both are 0.
 */
export const SAMPLER_DIVERGENCE_BITS = 450;

/**
 * A fast sampler of the discrete Gaussian, P[X = x] ∝ exp(−x²/2σ²) over the integers, in the place of the reference
 * {@link discreteGaussian}.
 *
 * Up to σ = 1024 it inverts the cumulative distribution, exactly ({@link InversionTable}). Above, it adds
 * X = X₁ + k·X₂ with σ₁² = 16k² and σ₂² = (σ² − 16k²)/k², a fraction, so that σ₁² + k²σ₂² = σ² to the last digit; k is a
 * power of two up to 256, and X₂ is made in the same way.
 *
 * **How far X is from the ideal law** (Peikert 2010, Theorem 3.1; Micciancio and Walter 2017, Theorem 3; proved here for
 * one dimension). With ρ_s(x) = exp(−x²/2s²), completing the square gives
 * ρ_σ₁(y − kx)·ρ_σ₂(x) = ρ_σ(y)·ρ_r(x − c·y) with r⁻² = k²/σ₁² + σ₂⁻² and a real c, so
 * P[X = y] = ρ_σ(y)·Σ_x ρ_r(x − c·y) / (Σρ_σ₁·Σρ_σ₂). By Poisson summation the inner sum lies within r√2π·(1 ± η),
 * η = 2Σ_{j≥1} exp(−2π²r²j²), wherever c·y falls. Hence P[X = y]/D_σ(y) lies between (1 − η)/(1 + η) and its inverse.
 * Here k²/σ₁² = 1/16 and σ₂² > 2^18 − 16, so r² > 15.99, η < 2^−454 and |ln P/D_σ| < 2^−452 for one convolution. That of
 * X₂ carries over to X, since a function of a draw is no further from its ideal than the draw: below σ = 2^40 there are
 * four of them at most, 2^−450 in all. The statistical distance of two laws whose ratio lies within exp(±a) is below a.
 *
 * **What it costs.** Over N draws in all, chosen adaptively or not, (ε, δ) becomes (ε + 2Na, e^{Na}·δ) with a = 2^−450.
 * With N = 2^64 that moves ε by 2^−385 and δ by a relative 2^−386, whatever ε is. The Gaussian accountant covers it in
 * its error terms: δ(ε − 2Na) exceeds δ(ε) by at most 2Na·e^ε·Φ(−μ/2 − ε/μ), and it adds 4e-15 of that very term.
 * `samplerDelta` states the cost in δ alone.
 *
 * The time of a draw depends on its value, as with the reference.
 *
 * @param variance σ² as a fraction, in squared grid steps, from 2^−20 and below 2^80.
 * @param randomBytes uniform bytes, from a cryptographic source wherever privacy is meant.
 * @returns a function that draws one integer per call.
 * @throws BallastError `PRIVACY_PARAMETER` for another variance.
 */
export function fastDiscreteGaussian(variance: Rational, randomBytes: RandomBytes): () => number {
  const { numerator, denominator } = variance;
  if (denominator <= 0n || numerator << 20n < denominator || numerator >= denominator << 80n) {
    throw new BallastError(
      'PRIVACY_PARAMETER',
      `variance: got ${numerator}/${denominator}, expected a fraction from 2^-20 and below 2^80`,
    );
  }
  return drawer(variance, new RandomWords(randomBytes));
}

function drawer(variance: Rational, words: RandomWords): () => number {
  const { numerator, denominator } = variance;
  if (numerator <= denominator * TABLE_VARIANCE) {
    const table = tableOf(variance);
    return () => table.draw(words);
  }
  let factor = 2n;
  while (factor < MAX_FACTOR && numerator > denominator * TABLE_VARIANCE * factor * factor) factor *= 2n;
  const nearVariance = NEAR_VARIANCE * factor * factor;
  const near = tableOf({ numerator: nearVariance, denominator: 1n });
  const rest = {
    numerator: numerator - nearVariance * denominator,
    denominator: denominator * factor * factor,
  };
  const step = Number(factor);
  if (rest.numerator <= rest.denominator * TABLE_VARIANCE) {
    const far = tableOf(rest);
    return () => near.draw(words) + step * far.draw(words);
  }
  const far = drawer(rest, words);
  return () => near.draw(words) + step * far();
}

function tableOf(variance: Rational): InversionTable {
  const key = `${variance.numerator}/${variance.denominator}`;
  const known = tables.get(key);
  const table = known ?? new InversionTable(variance);
  // The one that was used longest ago goes first.
  tables.delete(key);
  tables.set(key, table);
  for (const oldest of tables.keys()) {
    if (tables.size <= MAX_TABLES) break;
    tables.delete(oldest);
  }
  return table;
}
