import { BallastError } from '../../protocol/errors.ts';
import { gridScale } from '../grid.ts';
import type { MechanismOptions } from '../mechanism.ts';
import { requireInteger } from '../parameters.ts';
import { MAX_DEVIATION } from '../samplers/discrete-gaussian.ts';
import { COEFFICIENT_BITS, type CorrelatedPlan } from './plan.ts';
import { inverseCoefficients } from './toeplitz.ts';

export type CorrelatedNoiseOptions = MechanismOptions & {
  readonly plan: CorrelatedPlan;
  /** Coordinates of a vector. */
  readonly dimension: number;
};

const INT32_MAX = 0x7fff_ffff;
const SCALE = 2 ** COEFFICIENT_BITS;
/** Noise beyond 16 σ has a probability below 2^−180 for a coordinate. */
const REACH = 16;
/** A sum stays exact in a double up to here, noise included. */
export const MAX_STEPS = 2 ** 52;

/**
 * 16 σ of the widest row of noise, in fine steps, rounded up: no round is wider, a draw beyond it is refused.
 *
 * @throws BallastError `PRIVACY_PARAMETER`; `GRID_OVERFLOW` where doubles do not hold such noise as integers.
 */
export function noiseReach(options: CorrelatedNoiseOptions): number {
  requireInteger('dimension', options.dimension, 1, 2 ** 27);
  const { plan, clipNorm, noiseMultiplier, gridBits } = options;
  const scale = gridScale(gridBits);
  const row = Math.sqrt(inverseCoefficients(plan).reduce((sum, value) => sum + value * value, 0));
  // The step more is for the roundings.
  const reach = REACH * row * (noiseMultiplier * clipNorm * scale + 1) * SCALE;
  const carried = plan.coefficients.reduce((sum, value) => sum + Math.abs(value), 0);
  const fits =
    // Checked on the bound, not on the vectors: whether this throws must not depend on the data.
    clipNorm * scale <= INT32_MAX &&
    noiseMultiplier * clipNorm * scale * SCALE < MAX_DEVIATION &&
    reach * carried <= MAX_STEPS;
  if (!fits) throw noiseOverflow(options);
  return reach;
}

export function noiseOverflow({ gridBits, clipNorm, noiseMultiplier }: CorrelatedNoiseOptions): BallastError {
  return new BallastError(
    'GRID_OVERFLOW',
    `grid bits: got ${gridBits}, with which a vector passes ${INT32_MAX} steps, or the noise ${MAX_STEPS} of the fine grid`,
    { metadata: { gridBits, clipNorm, noiseMultiplier }, hint: 'use fewer grid bits' },
  );
}
