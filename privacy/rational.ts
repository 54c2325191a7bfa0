import { BallastError } from '../protocol/errors.ts';

/** A fraction of integers, denominator > 0, not necessarily in lowest terms. */
export type Rational = { readonly numerator: bigint; readonly denominator: bigint };

/** The exact value of a finite double: every one of them is an integer times a power of two. */
export function exactRational(value: number): Rational {
  if (!Number.isFinite(value)) {
    throw new BallastError('NUMBER_NOT_FINITE', `got ${value}, expected a finite number`);
  }
  let scaled = value;
  let shift = 0;
  while (!Number.isInteger(scaled)) {
    // Exact: a double that is no integer is below 2^52, and subnormals only gain bits.
    scaled *= 2;
    shift += 1;
  }
  return { numerator: BigInt(scaled), denominator: 1n << BigInt(shift) };
}

/** The smallest integer that is not below `numerator / denominator`, for denominator > 0. */
export function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator > quotient * denominator ? quotient + 1n : quotient;
}

/** The largest integer whose square is not above `value` ≥ 0 (Newton's iteration from above). */
export function integerSquareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
