import { BallastError } from '../protocol/errors.ts';
import { requireBetween, requireInteger } from './parameters.ts';
import { exactRational } from './rational.ts';

const INT32_MAX = 0x7fff_ffff;

/** The finest grid: at 2⁻³⁰ an int32 still holds values up to 2. */
export const MAX_GRID_BITS = 30;

/**
 * Puts a vector on the fixed-point grid with step 2^−bits, rounding toward zero: no coordinate grows, so
 * whatever L2 bound the vector kept, the integers keep.
 *
 * @param vector any length, in units of weights.
 * @param bits 0 to 30.
 * @returns integers in units of the step.
 * @throws BallastError `VECTOR_NOT_FINITE`; `GRID_OVERFLOW` for a coordinate beyond ±(2³¹−1) steps.
 */
export function toGrid(vector: Float64Array, bits: number): Int32Array {
  const scale = gridScale(bits);
  const integers = new Int32Array(vector.length);
  for (let i = 0; i < vector.length; i++) {
    // Exact but for the truncation: the scale is a power of two.
    const steps = Math.trunc(vector[i]! * scale);
    if (!(Math.abs(steps) <= INT32_MAX)) throw outOfGrid(vector[i]!, i, bits);
    integers[i] = steps;
  }
  return integers;
}

/**
 * The exact values of grid integers.
 *
 * @param integers safe integers in units of the step 2^−bits.
 */
export function fromGrid(integers: Int32Array | Float64Array, bits: number): Float64Array {
  const scale = gridScale(bits);
  return Float64Array.from(integers, (steps) => steps / scale);
}

/** ‖k‖₂² of grid integers, exactly, in squared steps. */
export function gridNorm2(integers: Int32Array): bigint {
  let total = 0n;
  let partial = 0;
  for (let i = 0; i < integers.length; i++) {
    const magnitude = Math.abs(integers[i]!);
    // A square of 2^21 is 2^42; below 2^53 − 2^42 the partial sum stays exact.
    if (magnitude > 0x20_0000) {
      total += BigInt(magnitude) * BigInt(magnitude);
      continue;
    }
    partial += magnitude * magnitude;
    if (partial > 2 ** 52) {
      total += BigInt(partial);
      partial = 0;
    }
  }
  return total + BigInt(partial);
}

/**
 * Whether grid integers keep an L2 bound, decided in integers: no rounding lets a vector pass.
 *
 * @param bound in units of weights, taken as the exact value of the double.
 */
export function withinGridNorm(integers: Int32Array, bound: number, bits: number): boolean {
  requireBetween('bound', bound, Number.MIN_VALUE, Number.MAX_VALUE);
  gridScale(bits);
  const { numerator, denominator } = exactRational(bound);
  const limit = numerator << BigInt(bits);
  return gridNorm2(integers) * denominator * denominator <= limit * limit;
}

/** 2^bits: how many steps make 1. */
export function gridScale(bits: number): number {
  return 2 ** requireInteger('grid bits', bits, 0, MAX_GRID_BITS);
}

function outOfGrid(value: number, index: number, bits: number): BallastError {
  const metadata = { index, bits };
  if (!Number.isFinite(value)) {
    return new BallastError('VECTOR_NOT_FINITE', `vector[${index}]: got ${value}, expected a finite number`, {
      metadata,
    });
  }
  return new BallastError(
    'GRID_OVERFLOW',
    `vector[${index}]: got ${value}, expected a magnitude below ${(INT32_MAX + 1) / 2 ** bits} on a grid of ${bits} bits`,
    { metadata, hint: 'clip to a smaller norm or use fewer grid bits' },
  );
}
