import { ceilDivide, integerSquareRoot, type Rational } from '../rational.ts';
import { cumulative, sumError } from './cumulative.ts';
import type { RandomWords } from './random-words.ts';

/** Binary digits of the cumulative probabilities that the table keeps: 31 looked at first, then 32. */
const TABLE_BITS = 63n;
const TOP_BITS = 31;

/** Digits of the first attempt at a table: twice those kept. */
const FIRST_DIGITS = 128;

/**
 * An exact sampler of the discrete Gaussian for σ up to about a thousand, by inversion: the magnitude is the first j
 * whose cumulative probability F_j exceeds a uniform real U, and a fair coin is its sign.
 *
 * U is a string of random bits, read only as far as the decision needs. F_j is stored to 63 digits, each of them
 * certain: while its lower and upper bound differ in a digit that is kept, the table is computed again with more
 * (cumulative.ts has the bounds). So U's first 63 digits decide unless they equal those of some F_j; then, once in
 * about 2^50 draws, F_j is computed as far as it takes. Nothing is rounded and no tail is cut: the distance to the
 * ideal law is 0.
 *
 * A draw takes one 32-bit word, 31 bits and the sign, and rarely (once in 2^18 draws at σ = 1000) a second one.
 */
export class InversionTable {
  readonly #variance: Rational;
  /** ⌊2^31·F_j⌋ */
  readonly #highs: Uint32Array;
  /** The next 32 digits of F_j. */
  readonly #lows: Uint32Array;
  /** For the first digits of U, the first j that can exceed it. */
  readonly #guide: Uint16Array;
  readonly #shift: number;

  /**
   * @param variance σ² from 2^−20 to 2^24.
   * @param digits of the first attempt: another number changes the time that it takes to make the table, and no draw.
   */
  constructor(variance: Rational, digits = FIRST_DIGITS) {
    this.#variance = variance;
    const thresholds = certainThresholds(variance, digits);
    this.#highs = Uint32Array.from(thresholds, (threshold) => Number(threshold >> 32n));
    this.#lows = Uint32Array.from(thresholds, (threshold) => Number(threshold & 0xffff_ffffn));
    const guideBits = Math.min(12, Math.max(4, thresholds.length.toString(2).length));
    this.#shift = TOP_BITS - guideBits;
    this.#guide = new Uint16Array(2 ** guideBits);
    let first = 0;
    for (let i = 0; i < this.#guide.length; i++) {
      while (this.#highs[first]! < i * 2 ** this.#shift) first += 1;
      this.#guide[i] = first;
    }
  }

  /** ⌊2^63·F_j⌋ for every magnitude that the table holds; the last ones are 2^63 − 1. */
  get thresholds(): readonly bigint[] {
    return Array.from(this.#highs, (high, j) => (BigInt(high) << 32n) | BigInt(this.#lows[j]!));
  }

  draw(words: RandomWords): number {
    const word = words.next();
    const top = word >>> 1;
    let magnitude = this.#guide[top >>> this.#shift]!;
    let high = this.#highs[magnitude]!;
    while (top > high) {
      magnitude += 1;
      high = this.#highs[magnitude]!;
    }
    if (top === high) magnitude = this.#decide(top, magnitude, words);
    // In integers, so that zero has no sign.
    const sign = -(word & 1);
    return (magnitude ^ sign) - sign;
  }

  /** The magnitude where U begins with `top`, which F_from begins with too. */
  #decide(top: number, from: number, words: RandomWords): number {
    const next = words.next();
    for (let j = from; j < this.#highs.length; j++) {
      if (top < this.#highs[j]! || next < this.#lows[j]!) return j;
      if (next === this.#lows[j]!) break;
    }
    return decideExactly(this.#variance, { value: (BigInt(top) << 32n) | BigInt(next), bits: 63n }, words);
  }
}

/** ⌊2^63·F_j⌋ up to the first that is 2^63 − 1. */
function certainThresholds(variance: Rational, firstDigits: number): bigint[] {
  for (let digits = firstDigits; ; digits += 32) {
    const { sums, total } = cumulative(variance, digits, reachOf(variance, digits));
    const thresholds: bigint[] = [];
    for (const [j, sum] of sums.entries()) {
      const low = (sum << TABLE_BITS) / total.high;
      const high = ((sum + sumError(j)) << TABLE_BITS) / total.low;
      // F_j < 1, whatever its upper bound says.
      if (low !== high && low !== (1n << TABLE_BITS) - 1n) break;
      thresholds.push(low);
      if (low === (1n << TABLE_BITS) - 1n) return thresholds;
    }
  }
}

/**
 * The first j with U < F_j, where U begins with the given digits: both are read on until they differ. They do, with
 * probability 1.
 */
function decideExactly(
  variance: Rational,
  prefix: { readonly value: bigint; readonly bits: bigint },
  words: RandomWords,
): number {
  let { value, bits } = prefix;
  for (let digits = 256; ; digits *= 2) {
    while (bits < digits - 96) {
      value = (value << 32n) | BigInt(words.next());
      bits += 32n;
    }
    const { sums, total } = cumulative(variance, digits, reachOf(variance, digits));
    for (const [j, sum] of sums.entries()) {
      if ((value + 1n) * total.high <= sum << bits) return j;
      if (value * total.low < (sum + sumError(j)) << bits) break;
    }
  }
}

/** √(2·digits)·σ: less than 2^−digits lies beyond. */
function reachOf({ numerator, denominator }: Rational, digits: number): number {
  return Number(integerSquareRoot(ceilDivide(2n * BigInt(digits) * numerator, denominator))) + 1;
}
