import { requireBetween, requireFinite, requireOneOf } from '../../parameters.ts';
import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import { gaussianDelta } from '../gaussian-curve.ts';
import { replacedGaussianPair } from './gaussian-pair.ts';
import { emptyTails } from './loss-pair.ts';

/** Which neighbours: one unit less, one unit more, or one exchanged for another. */
export type SampledDirection = 'remove' | 'add' | 'replace';
export const SAMPLED_DIRECTIONS: readonly SampledDirection[] = ['remove', 'add', 'replace'];

export type SampledGaussian = {
  /** σ against the bound C of one unit, above 0. */
  readonly noiseMultiplier: number;
  /** q: the probability with which each unit takes part. 1 where left out. */
  readonly rate?: number;
  readonly direction: SampledDirection;
  /** How far one unit moves the sum, in C. 1 where left out. */
  readonly sensitivity?: number;
};

/**
 * δ(ε) of one Gaussian sum over a Poisson sample, exactly, for the worst pair; rounded up.
 *
 * With H the divergence of N(μ, 1) from N(0, 1), μ = sensitivity/noiseMultiplier, and x = eᵋ: `remove` has
 * q·H(1 + (x − 1)/q), and 1 − x below x = 1 − q; `add` has (1 − x(1 − q))·H(xq/(1 − x(1 − q))), and 0 where the factor
 * is not positive (both by the definition of the divergence). `replace` is N(μ, 1) mixed in against N(−μ, 1) mixed
 * in, from the tails at the point where their ratio is x. It is within 1e-12 of the truth; `remove` and `add` keep
 * the relative accuracy of `gaussianDelta`.
 *
 * @param epsilon any finite number.
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function sampledGaussianDelta(epsilon: number, options: SampledGaussian): number {
  const { noiseMultiplier, rate = 1, direction, sensitivity = 1 } = options;
  requireOneOf('direction', direction, SAMPLED_DIRECTIONS);
  requireBetween('noise multiplier', noiseMultiplier, 1e-6, 1e9);
  requireBetween('sensitivity', sensitivity, 1e-9, 1e9);
  requireBetween('rate', rate, 0, 1);
  requireFinite('epsilon', epsilon);
  const mu = (sensitivity / noiseMultiplier) * (1 + 2 * UNIT_ROUNDOFF);
  if (rate === 0) return Math.max(0, -Math.expm1(epsilon));
  if (rate === 1) return gaussianDelta(epsilon, direction === 'replace' ? 2 * mu : mu);
  if (direction === 'remove') return removed(epsilon, mu, rate);
  return direction === 'add' ? added(epsilon, mu, rate) : replaced(epsilon, mu, rate);
}

/** Losses are lowered by this much, relative to their parts: more than the rounding of where they lie. */
const MARGIN = 8 * UNIT_ROUNDOFF;

function removed(epsilon: number, mu: number, rate: number): number {
  const grown = Math.expm1(epsilon) / rate;
  if (grown <= -1) return -Math.expm1(epsilon);
  const inner = epsilon > 700 ? epsilon - Math.log(rate) : Math.log1p(grown);
  const error = MARGIN * (1 + Math.abs(inner) + 1 / (1 + Math.min(0, grown)));
  return Math.min(1, rate * gaussianDelta(inner - error, mu) * (1 + MARGIN));
}

function added(epsilon: number, mu: number, rate: number): number {
  const factor = rate - (1 - rate) * Math.expm1(epsilon);
  if (!(factor > 0)) return 0;
  const inner = epsilon + Math.log(rate) - Math.log(factor);
  const error = MARGIN * (1 + Math.abs(epsilon) + Math.abs(inner) + (rate + Math.exp(epsilon)) / factor);
  return Math.min(1, (factor + MARGIN * (rate + Math.exp(epsilon))) * gaussianDelta(inner - error, mu));
}

function replaced(epsilon: number, mu: number, rate: number): number {
  // δ(ε) = 1 − eᵋ + eᵋ·δ(−ε), since the pair is its own mirror image.
  if (epsilon < 0) {
    return Math.min(
      1,
      (-Math.expm1(epsilon) + Math.exp(epsilon) * replaced(-epsilon, mu, rate)) * (1 + MARGIN),
    );
  }
  const pair = replacedGaussianPair(mu, rate);
  const tails = emptyTails();
  pair.tails(pair.coordinateOf(epsilon), tails);
  const other = epsilon > 700 ? 0 : Math.exp(epsilon) * tails.qAbove;
  // At the best point δ does not change with it to first order, so where it lies costs next to nothing.
  const error = (tails.pAbove + other) * UNIT_ROUNDOFF * (tails.error + 4);
  return Math.min(1, Math.max(0, tails.pAbove - other) + error);
}
