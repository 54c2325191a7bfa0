import { requireBetween, requireFinite } from '../parameters.ts';
import { SAMPLER_DIVERGENCE_BITS } from './fast-discrete-gaussian.ts';

/**
 * A bound on the noisy coordinates that a ledger's whole life can hold: 2^32 sums of 2^31 coordinates, and one draw
 * less than 2^64 in all.
 */
export const MAX_LIFETIME_DRAWS = 2 ** 64;

/**
 * What replacing the ideal discrete Gaussian by `fastDiscreteGaussian` adds to δ at ε, rounded up: with a statistical
 * distance of at most draws·2^−450 between all that was released and its ideal, (ε, δ) becomes
 * (ε, δ + (1 + e^ε)·draws·2^−450).
 *
 * It is 1, no guarantee at all, from ε ≈ 267 on with 2^64 draws: this form is not tight there. The accountants need not
 * add it at any ε, because the ratio of the two laws is bounded too (see `fastDiscreteGaussian`), which moves ε by
 * 2^−385 and is less than what they round up by.
 *
 * @param options.draws noisy coordinates, 0 to 2^64.
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function samplerDelta(options: { readonly draws: number; readonly epsilon: number }): number {
  const { draws, epsilon } = options;
  requireBetween('draws', draws, 0, MAX_LIFETIME_DRAWS);
  requireFinite('epsilon', epsilon);
  if (draws === 0) return 0;
  const exponent = Math.log(draws) + Math.max(0, epsilon) + Math.LN2 * (1 - SAMPLER_DIVERGENCE_BITS);
  // e^ε ≤ 1 below 0; the factor covers the rounding of the exponent, whose size is below 2^10.
  return Math.min(1, Math.exp(exponent) * (1 + 1e-9) + Number.MIN_VALUE);
}
