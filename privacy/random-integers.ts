import { BallastError } from '../protocol/errors.ts';
import type { RandomBytes } from '../protocol/random.ts';

const CHUNK = 8192;
const WORD = 0x1_0000;

/** Below this a numerator times 2^16 is still an exact double. */
const SMALL_DENOMINATOR = 2 ** 37;
const BIG_DIGIT = 32n;

/**
 * Exact draws from a source of random bytes: uniform integers and Bernoulli trials with rational or
 * exponential probability. No floating-point rounding takes part; every double is an integer below 2^53.
 *
 * Bytes are taken in chunks and used in order, so equal byte streams give equal draws.
 */
export class RandomIntegers {
  readonly #randomBytes: RandomBytes;
  #bytes: Uint8Array = new Uint8Array(0);
  #offset = 0;

  constructor(randomBytes: RandomBytes) {
    this.#randomBytes = randomBytes;
  }

  /** A uniform integer in [0, 2^16). */
  word(): number {
    if (this.#offset === this.#bytes.length) {
      this.#bytes = this.#randomBytes(CHUNK);
      this.#offset = 0;
      if (this.#bytes.length !== CHUNK) {
        throw new BallastError(
          'RANDOM_SOURCE',
          `random source: got ${this.#bytes.length} bytes, expected ${CHUNK}`,
        );
      }
    }
    const low = this.#bytes[this.#offset]!;
    const high = this.#bytes[this.#offset + 1]!;
    this.#offset += 2;
    return high * 0x100 + low;
  }

  /** A fair coin. */
  coin(): boolean {
    return (this.word() & 1) === 1;
  }

  /**
   * A uniform integer in [0, bound), for an integer bound from 1 to 2^53: the fewest bits that can hold it,
   * drawn again when they reach it, so that no value is favoured.
   */
  below(bound: number): number {
    for (;;) {
      let value = 0;
      let rest = bound - 1;
      let unit = 1;
      while (rest > 0) {
        const mask = rest >= WORD - 1 ? WORD - 1 : (1 << (32 - Math.clz32(rest))) - 1;
        value += (this.word() & mask) * unit;
        unit *= WORD;
        rest = Math.floor(rest / WORD);
      }
      if (value < bound) return value;
    }
  }

  /**
   * True with probability exactly numerator/denominator, for integers 0 ≤ numerator ≤ denominator: the
   * fraction's digits in base 2^16 are compared with random ones until they differ.
   */
  bernoulli(numerator: number, denominator: number): boolean {
    if (denominator >= SMALL_DENOMINATOR) return this.bernoulliBig(BigInt(numerator), BigInt(denominator));
    let rest = numerator;
    for (;;) {
      const scaled = rest * WORD;
      rest = scaled % denominator;
      const digit = (scaled - rest) / denominator;
      const drawn = this.word();
      if (drawn !== digit) return drawn < digit;
      if (rest === 0) return false;
    }
  }

  /** {@link bernoulli} for integers of any size. */
  bernoulliBig(numerator: bigint, denominator: bigint): boolean {
    let rest = numerator;
    for (;;) {
      const scaled = rest << BIG_DIGIT;
      const quotient = scaled / denominator;
      rest = scaled - quotient * denominator;
      const digit = Number(quotient);
      const drawn = this.word() * WORD + this.word();
      if (drawn !== digit) return drawn < digit;
      if (rest === 0n) return false;
    }
  }

  /**
   * True with probability exp(−numerator/denominator), for 0 ≤ numerator ≤ denominator ≤ 2^46
   * (Canonne, Kamath and Steinke 2020, Algorithm 1 for γ ≤ 1).
   */
  bernoulliExp(numerator: number, denominator: number): boolean {
    let k = 1;
    while (this.bernoulli(numerator, denominator * k)) k += 1;
    return k % 2 === 1;
  }

  /** True with probability exp(−numerator/denominator), for any non-negative fraction (Algorithm 1). */
  bernoulliExpBig(numerator: bigint, denominator: bigint): boolean {
    const whole = numerator / denominator;
    for (let i = 0n; i < whole; i++) {
      if (!this.bernoulliExp(1, 1)) return false;
    }
    const fraction = numerator - whole * denominator;
    let k = 1n;
    while (this.bernoulliBig(fraction, denominator * k)) k += 1n;
    return k % 2n === 1n;
  }
}
