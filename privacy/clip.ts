import { BallastError } from '../protocol/errors.ts';
import { requireBetween } from './parameters.ts';

/** Half the spacing of doubles at 1: the relative error of one rounded operation. */
const UNIT_ROUNDOFF = 2 ** -53;

/**
 * Scales a vector to at most `bound` in L2 norm: v·min(1, C/‖v‖₂) (Abadi et al. 2016, Algorithm 1).
 *
 * The exact norm of the result, not only its rounded one, is at most `bound`: the computed norm is enlarged by
 * more than the rounding of a sum of `vector.length` squares can take away, so a clipped vector ends up short
 * of the bound by a relative (2·length + 40)·2⁻⁵³. Only + × ÷ √ in the order of the vector: the same bits on
 * every machine.
 *
 * @param vector any length; not changed.
 * @param bound C > 0, between 1e-100 and 1e100, in the units of the vector.
 * @returns a new vector; the values themselves where no clipping was needed.
 * @throws BallastError `VECTOR_NOT_FINITE` for a NaN or an infinity; `PRIVACY_PARAMETER` for another bound.
 */
export function clip(vector: Float64Array, bound: number): Float64Array {
  requireBetween('clip norm', bound, 1e-100, 1e100);
  const largest = largestMagnitude(vector);
  if (largest === 0) return new Float64Array(vector.length);
  const relative = enlargedRelativeNorm(vector, largest);
  if (relative * largest <= bound) return Float64Array.from(vector);
  const scale = bound / relative;
  // Dividing first keeps every factor a normal number, however large or small the vector is.
  return vector.map((value) => (value / largest) * scale);
}

/**
 * ‖v‖₂ with the rounding of a plain sum, free of overflow and underflow.
 *
 * @throws BallastError `VECTOR_NOT_FINITE`.
 */
export function l2Norm(vector: Float64Array): number {
  const largest = largestMagnitude(vector);
  return largest === 0 ? 0 : relativeNorm(vector, largest) * largest;
}

/** ‖v/largest‖₂, between 1 and √length. */
function relativeNorm(vector: Float64Array, largest: number): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) {
    const ratio = vector[i]! / largest;
    sum += ratio * ratio;
  }
  return Math.sqrt(sum);
}

/** Not below the exact ‖v/largest‖₂, with room for the roundings of the scaling that follows. */
function enlargedRelativeNorm(vector: Float64Array, largest: number): number {
  return relativeNorm(vector, largest) * (1 + (2 * vector.length + 32) * UNIT_ROUNDOFF);
}

function largestMagnitude(vector: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) {
    const magnitude = Math.abs(vector[i]!);
    if (!Number.isFinite(magnitude)) {
      throw new BallastError(
        'VECTOR_NOT_FINITE',
        `vector[${i}]: got ${vector[i]}, expected a finite number`,
        {
          metadata: { index: i },
          hint: 'training diverged: lower the learning rate, or look for a NaN in the data',
        },
      );
    }
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}
