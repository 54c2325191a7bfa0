/**
 * Tails of the standard normal distribution, accurate where Φ itself has no digits left.
 *
 * Everything goes through the scaled complementary error function erfcx(x) = exp(x²)·erfc(x), which neither
 * underflows nor cancels for x ≥ 0.
 */

const SQRT_PI = Math.sqrt(Math.PI);
const SERIES_LIMIT = 0.75;

/** Step of the trapezoidal sum: its own error is exp(−π²/h²) ≈ 7e-18. */
const STEP = 0.5;
const TERMS = 13;

/** (k·h)² and exp(−(k·h)²), the smallest terms of the sum first. */
const NODES = Array.from({ length: TERMS }, (_, i) => ((TERMS - i) * STEP) ** 2);
const WEIGHTS = NODES.map((node) => Math.exp(-node));

/** Relative error of {@link erfcx} that the tests confirm on [0, 1e8]. */
export const ERFCX_RELATIVE_ERROR = 4e-15;

/**
 * exp(x²)·erfc(x) for x ≥ 0.
 *
 * Below 0.75: the series erf(x) = 2/√π·exp(−x²)·Σ 2ⁿx²ⁿ⁺¹/(2n+1)!! (Abramowitz and Stegun 7.1.6), whose terms
 * are all positive. Above: the trapezoidal rule on erfcx(x) = x/π·∫ exp(−t²)/(x²+t²) dt, with the residue of
 * the pole at t = ix while it lies inside the strip (Chiarella and Reichel 1968).
 */
export function erfcx(x: number): number {
  if (!(x >= 0)) throw new RangeError(`erfcx: got ${x}, expected a number from 0 on`);
  return x < SERIES_LIMIT ? erfcxSeries(x) : erfcxTrapezoid(x);
}

/** P[N(0,1) > x] for any x; 0 where it is below the smallest double. */
export function normalUpperTail(x: number): number {
  if (x < 0) return 1 - normalUpperTail(-x);
  return 0.5 * Math.exp((-x * x) / 2) * erfcx(x / Math.SQRT2);
}

function erfcxSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return Math.exp(x * x) - (2 / SQRT_PI) * sum;
}

function erfcxTrapezoid(x: number): number {
  const square = x * x;
  let sum = 0;
  for (let i = 0; i < TERMS; i++) sum += (WEIGHTS[i] ?? 0) / (square + (NODES[i] ?? 0));
  // x·(1/x² + 2·sum) without x², which overflows for a large x.
  const integral = ((1 / x + 2 * x * sum) * STEP) / Math.PI;
  const poleInStrip = x < Math.PI / STEP;
  return poleInStrip ? integral - (2 * Math.exp(square)) / Math.expm1((2 * Math.PI * x) / STEP) : integral;
}
