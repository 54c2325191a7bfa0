import type { Rational } from '../rational.ts';

/** Digits carried beyond those asked for while an exponential is computed. */
const GUARD_BITS = 64;

/** The largest exponent of {@link expBelow}, as a power of two. */
const MAX_HALVINGS = 40;

/**
 * exp(−x) from below, for 0 ≤ x ≤ 2^39: an integer L with L ≤ 2^bits·exp(−x) ≤ L + 2, for bits ≤ 4096.
 *
 * The Taylor series at x/2^h ≤ ½ with 64 guard digits, then h squarings. In units of the last guarded digit, rounding
 * x/2^h moves the result by less than 1, each term is off by at most 2 (an error e of one becomes e·½ + 1 in the next),
 * there are at most bits + 65 of them, since each is at most half the one before, and those left out are below 4. A
 * squaring turns an error e into 2e + 1 at most. After h ≤ 40 squarings that is below 2^40·(2·bits + 137) < 2^54, less
 * than 2^63, which is half a unit of the result.
 */
export function expBelow({ numerator, denominator }: Rational, bits: number): bigint {
  const work = BigInt(bits + GUARD_BITS);
  let halvings = 0n;
  while (2n * numerator > denominator << halvings) halvings += 1n;
  if (halvings > MAX_HALVINGS) throw new RangeError('expBelow: expected an exponent of at most 2^39');
  const x = (numerator << work) / (denominator << halvings);
  let term = 1n << work;
  let value = term;
  for (let k = 1n; term > 0n; k++) {
    term = (term * x) / (k << work);
    value += k % 2n === 1n ? -term : term;
  }
  for (let i = 0n; i < halvings; i++) value = (value * value) >> work;
  const below = (value - (1n << BigInt(GUARD_BITS - 1))) >> BigInt(GUARD_BITS);
  return below < 0n ? 0n : below;
}

/** Sums of the weights exp(−x²/2σ²), in units of 2^−bits, with bounds. */
export type Cumulative = {
  /** sums[j] ≤ Σ_{|x| ≤ j} exp(−x²/2σ²) ≤ sums[j] + {@link sumError}(j). */
  readonly sums: readonly bigint[];
  /** total.low ≤ Σ over all integers ≤ total.high. */
  readonly total: { readonly low: bigint; readonly high: bigint };
};

/** How much the j-th sum can fall short, in units: see {@link cumulative}. */
export function sumError(j: number): bigint {
  const n = BigInt(j);
  return n * (n + 1n) * (n + 2n);
}

/**
 * The cumulative weights of a discrete Gaussian by magnitude, enclosed.
 *
 * w₀ = 1, w_{x+1} = w_x·r_x, r_{x+1} = r_x·q² with q = exp(−1/2σ²) and r₀ = q, in integers rounded down. Every factor
 * is at most 1 and known from below to 2 units, so r_x is short by at most 3x + 2 units, w_x by at most
 * Σ_{i<x} (3i + 3) = 3x(x+1)/2, and the j-th sum w₀ + 2Σw_x by at most j(j+1)(j+2).
 *
 * What lies beyond `reach` is at most 2·w_m·(1 + σ²/m) with m = reach + 1: the weights there fall at least as fast as
 * the powers of exp(−m/σ²), and 1/(1 − exp(−t)) ≤ 1 + 1/t.
 *
 * @param variance σ² = n/d from 2^−20 on.
 */
export function cumulative(variance: Rational, bits: number, reach: number): Cumulative {
  const { numerator: n, denominator: d } = variance;
  const unit = BigInt(bits);
  const square = expBelow({ numerator: d, denominator: n }, bits);
  let ratio = expBelow({ numerator: d, denominator: 2n * n }, bits);
  let weight = 1n << unit;
  let sum = weight;
  const sums = [sum];
  for (let x = 1; x <= reach; x++) {
    weight = (weight * ratio) >> unit;
    ratio = (ratio * square) >> unit;
    sum += 2n * weight;
    sums.push(sum);
  }
  const m = BigInt(reach + 1);
  const beyond = ((weight * ratio) >> unit) + (3n * m * (m + 1n)) / 2n;
  const tail = (2n * beyond * (m * d + n)) / (m * d) + 1n;
  return { sums, total: { low: sum, high: sum + sumError(reach) + tail } };
}
