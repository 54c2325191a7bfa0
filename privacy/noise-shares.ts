import { BallastError } from '../protocol/errors.ts';
import { gridNoiseVariance, type MechanismOptions } from './mechanism.ts';
import { requireInteger } from './parameters.ts';
import type { SummedDiscreteGaussianEvent } from './privacy-event.ts';
import { ceilDivide } from './rational.ts';

/** What a group covers together, and how many of it may be lost or not be trusted. */
export type NoiseShareOptions = MechanismOptions & {
  /** Nodes of the group, each of which adds a share to its own contribution. */
  readonly members: number;
  /** The most members that may be missing from a sum that is opened. */
  readonly dropouts: number;
  /** The most members, among those that stay, that may tell others their share, or add none. */
  readonly colluders: number;
};

export type NoiseShare = {
  /** σ² of the discrete Gaussian that each member adds to every coordinate, in squared grid steps. */
  readonly variance: bigint;
  /** members − dropouts − colluders: the fewest shares in an opened sum that nobody can take off again. */
  readonly honestSurvivors: number;
  /** What an opened sum releases. @throws BallastError `PRIVACY_PARAMETER` unless it has 1 to 2^31 coordinates. */
  readonly event: (dimension: number) => SummedDiscreteGaussianEvent;
};

const MAX_MEMBERS = 2 ** 20;

/**
 * The least σ² of a share, in squared steps. A sum of n discrete Gaussians of variance v is none itself; its cost has
 * the term τ = 10·Σ_{k=1}^{n−1} exp(−2π²v·k/(k+1)) a coordinate (Kairouz, Liu and Steinke 2021, Theorem 1), at most
 * 10·(n − 1)·exp(−π²v). At v = 32 that is below 2^−451·n.
 */
export const MIN_SHARE_VARIANCE = 32n;

/**
 * The share of the noise that each member of a group adds by itself, where a sum of the group is opened and no
 * contribution is (distributed discrete Gaussian; Kairouz, Liu and Steinke 2021).
 *
 * With T = (noiseMultiplier·C)² in squared steps, rounded up, and h = members − dropouts − colluders, a share has the
 * variance v = ⌈T/h⌉. **Every surviving set has at least the target**: of s ≥ members − dropouts survivors at least
 * s − colluders ≥ h are honest; the shares are independent, so those of the honest ones have a variance of at least
 * h·v ≥ T together, and what more survivors and the colluders add is independent of them and only adds to it. Sized for
 * the full group instead, a sum with dropouts would have less.
 *
 * A share alone covers its member's contribution hardly at all: nothing but the sum may ever be opened, and one
 * surviving set of it.
 *
 * @throws BallastError `PRIVACY_PARAMETER`; `NOISE_SHARE_UNCOVERED` where less than one honest survivor is left;
 *   `GRID_TOO_COARSE` where σ of the sum is below 2^10 steps or σ² of a share below 32.
 */
export function noiseShare(options: NoiseShareOptions): NoiseShare {
  const { noiseMultiplier, members, dropouts, colluders, gridBits } = options;
  requireInteger('members', members, 1, MAX_MEMBERS);
  requireInteger('dropouts', dropouts, 0, MAX_MEMBERS);
  requireInteger('colluders', colluders, 0, MAX_MEMBERS);
  const honestSurvivors = members - dropouts - colluders;
  if (honestSurvivors < 1) {
    throw new BallastError(
      'NOISE_SHARE_UNCOVERED',
      `noise shares: got ${members} members with ${dropouts} dropouts and ${colluders} colluders, expected at least 1 honest survivor`,
      { metadata: { members, dropouts, colluders }, hint: 'use larger groups, or allow fewer losses' },
    );
  }
  const variance = ceilDivide(gridNoiseVariance(options), BigInt(honestSurvivors));
  if (variance < MIN_SHARE_VARIANCE) {
    throw new BallastError(
      'GRID_TOO_COARSE',
      `grid bits: got ${gridBits}, with which a share of the noise has a variance of ${variance} squared steps, expected at least ${MIN_SHARE_VARIANCE}`,
      { metadata: { ...options }, hint: 'use more grid bits' },
    );
  }
  return {
    variance,
    honestSurvivors,
    event: (dimension) => ({
      kind: 'summed-discrete-gaussian',
      noiseMultiplier,
      shares: honestSurvivors,
      // Rounded down: less noise than there is.
      shareDeviation: Math.sqrt(Number(variance)) * (1 - 2 ** -50),
      dimension: requireInteger('dimension', dimension, 1, 2 ** 31),
    }),
  };
}
