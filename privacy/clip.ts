import { BallastError } from '../protocol/errors.ts';
import { requireBetween } from './parameters.ts';
import { UNIT_ROUNDOFF } from './roundoff.ts';

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
  const out = new Float64Array(vector.length);
  clipInto(vector, { from: 0, length: vector.length, bound }, out, 0);
  return out;
}

/**
 * `clip` of one row of a matrix, to the same bits, without a copy: `rows[from … from + length − 1]` goes to
 * `target[at …]`. The two may be the same place, and may not overlap otherwise.
 *
 * @throws as `clip`; the index in the message is the row's own. `target` is then left as it was.
 */
export function clipInto(
  rows: Float64Array,
  row: { readonly from: number; readonly length: number; readonly bound: number },
  target: Float64Array,
  at: number,
): void {
  const { from, length, bound } = row;
  requireBetween('clip norm', bound, 1e-100, 1e100);
  const largest = largestMagnitude(rows, from, length);
  if (largest === 0) {
    for (let i = 0; i < length; i++) target[at + i] = 0;
    return;
  }
  const relative = enlargedRelativeNorm(rows, from, length, largest);
  if (relative * largest <= bound) {
    for (let i = 0; i < length; i++) target[at + i] = rows[from + i]!;
    return;
  }
  const scale = bound / relative;
  // Dividing first keeps every factor a normal number, however large or small the vector is.
  for (let i = 0; i < length; i++) target[at + i] = (rows[from + i]! / largest) * scale;
}

/**
 * `clip` of several vectors as if they were one, in their order: all are scaled by the same factor, so that together
 * they are at most `bound` in L2 norm. For a release of several parts that noise is added to once.
 *
 * @returns new vectors of the same lengths.
 * @throws as `clip`; the index in the message counts through the parts.
 */
export function clipJointly(parts: readonly Float64Array[], bound: number): Float64Array[] {
  const joint = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  const starts: number[] = [];
  let at = 0;
  for (const part of parts) {
    joint.set(part, at);
    starts.push(at);
    at += part.length;
  }
  const clipped = clip(joint, bound);
  return parts.map((part, i) => clipped.slice(starts[i], (starts[i] ?? 0) + part.length));
}

/**
 * ‖v‖₂ with the rounding of a plain sum, free of overflow and underflow.
 *
 * @throws BallastError `VECTOR_NOT_FINITE`.
 */
export function l2Norm(vector: Float64Array): number {
  const largest = largestMagnitude(vector, 0, vector.length);
  return largest === 0 ? 0 : relativeNorm(vector, 0, vector.length, largest) * largest;
}

/** ‖v/largest‖₂, between 1 and √length. */
function relativeNorm(rows: Float64Array, from: number, length: number, largest: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) {
    const ratio = rows[i]! / largest;
    sum += ratio * ratio;
  }
  return Math.sqrt(sum);
}

/** Not below the exact ‖v/largest‖₂, with room for the roundings of the scaling that follows. */
function enlargedRelativeNorm(rows: Float64Array, from: number, length: number, largest: number): number {
  return relativeNorm(rows, from, length, largest) * (1 + (2 * length + 32) * UNIT_ROUNDOFF);
}

function largestMagnitude(rows: Float64Array, from: number, length: number): number {
  let largest = 0;
  for (let i = 0; i < length; i++) {
    const magnitude = Math.abs(rows[from + i]!);
    if (!Number.isFinite(magnitude)) {
      throw new BallastError(
        'VECTOR_NOT_FINITE',
        `vector[${i}]: got ${rows[from + i]}, expected a finite number`,
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
