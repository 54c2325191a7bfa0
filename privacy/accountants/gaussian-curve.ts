import { BallastError } from '../../protocol/errors.ts';
import { requireDelta, requireFinite } from '../parameters.ts';
import { UNIT_ROUNDOFF } from '../roundoff.ts';
import { ERFCX_RELATIVE_ERROR, erfcx } from './normal.ts';

/** Beyond this many standard deviations a tail is below {@link NEGLIGIBLE}, and near the end of the doubles. */
const REACH = 38;
const NEGLIGIBLE = 1e-300;

/**
 * δ(ε) of the Gaussian mechanism with sensitivity-to-noise ratio μ: Φ(μ/2 − ε/μ) − exp(ε)·Φ(−μ/2 − ε/μ)
 * (Balle and Wang 2018, Theorem 8). It is exact, not a bound, for the worst pair of neighbours.
 *
 * Rounds up: the result is not below the truth, and above it by a relative 1e-10 at most for μ ≥ 1e-3 and
 * δ ≥ 1e-12 (the error terms of the evaluation are added).
 *
 * @param epsilon any finite number.
 * @param mu √Σ(sensitivity/σ)², ≥ 0.
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function gaussianDelta(epsilon: number, mu: number): number {
  requireMu(mu);
  requireFinite('epsilon', epsilon);
  if (epsilon < 0) return roundUp(-Math.expm1(epsilon) + Math.exp(epsilon) * gaussianDelta(-epsilon, mu));
  if (mu === 0) return 0;
  // δ = ½·exp(−a²/2)·(erfcx(a/√2) − erfcx(b/√2)), since exp(ε)·exp(−b²/2) = exp(−a²/2).
  const a = epsilon / mu - mu / 2;
  const b = epsilon / mu + mu / 2;
  if (Math.abs(a) > REACH) return a > 0 ? NEGLIGIBLE : 1;
  const scale = 0.5 * Math.exp((-a * a) / 2);
  const near = scale * erfcx(Math.abs(a) / Math.SQRT2);
  const far = scale * erfcx(b / Math.SQRT2);
  const delta = a >= 0 ? near - far : 1 - near - far;
  const ofScale = UNIT_ROUNDOFF * (4 * Math.abs(a) * b + 2 * a * a + 8);
  const ofTails = (near + far) * (ERFCX_RELATIVE_ERROR + UNIT_ROUNDOFF * (4 * b + 8));
  const error = a >= 0 ? ofTails + delta * ofScale : ofTails + (near + far) * ofScale + 4 * UNIT_ROUNDOFF;
  return Math.min(1, delta + error + NEGLIGIBLE);
}

/**
 * ε(δ): the least ε ≥ 0 at which {@link gaussianDelta} is at most δ; 0 where δ(0) already is.
 *
 * Rounds up: not below the truth, and above it by a relative 1e-10 at most for μ ≥ 1e-3 and δ ≥ 1e-12.
 *
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function gaussianEpsilon(delta: number, mu: number): number {
  requireDelta(delta);
  requireMu(mu);
  if (gaussianDelta(0, mu) <= delta) return 0;
  let low = 0;
  // The conversion of zCDP, ρ + 2√(ρ·ln 1/δ) with ρ = μ²/2, is never below ε(δ) (Bun and Steinke 2016).
  let high = (mu * mu) / 2 + mu * Math.sqrt(2 * Math.log(1 / delta));
  while (high < Number.POSITIVE_INFINITY && gaussianDelta(high, mu) > delta) high *= 2;
  if (high === Number.POSITIVE_INFINITY) return high;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (gaussianDelta(middle, mu) <= delta) high = middle;
    else low = middle;
  }
}

/**
 * The largest μ whose {@link gaussianDelta} at ε is at most δ, rounded down.
 *
 * @throws BallastError `PRIVACY_PARAMETER` unless ε > 0 and 0 < δ < 1.
 */
export function gaussianMu(epsilon: number, delta: number): number {
  requireDelta(delta);
  if (!(epsilon > 0 && epsilon < Number.POSITIVE_INFINITY)) {
    throw new BallastError('PRIVACY_PARAMETER', `epsilon: got ${epsilon}, expected a finite number above 0`);
  }
  let low = 0;
  let high = 1;
  while (gaussianDelta(epsilon, high) <= delta) high *= 2;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return low;
    if (gaussianDelta(epsilon, middle) <= delta) low = middle;
    else high = middle;
  }
}

function roundUp(value: number): number {
  return Math.min(1, value * (1 + 16 * UNIT_ROUNDOFF));
}

function requireMu(mu: number): void {
  if (!(mu >= 0 && mu <= 1e100)) {
    throw new BallastError('PRIVACY_PARAMETER', `mu: got ${mu}, expected 0 to 1e100`);
  }
}
