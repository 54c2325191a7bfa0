import { malformed } from './errors.ts';

/** Appends bits to bytes, the most significant bit of a byte first; what is left of the last byte is zero. */
export class BitWriter {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** @param bits how many will be written. */
  constructor(bits: number) {
    this.#bytes = new Uint8Array(Math.ceil(bits / 8));
  }

  /** The low `width` bits of `value`, 0 ≤ width ≤ 32. */
  write(value: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit--) {
      if ((value >>> bit) & 1) this.#bytes[this.#at >> 3]! |= 0x80 >> (this.#at & 7);
      this.#at++;
    }
  }

  /** `count` ones, then a zero. */
  writeUnary(count: number): void {
    for (let i = 0; i < count; i++) this.write(1, 1);
    this.write(0, 1);
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }
}

/** Reads what {@link BitWriter} wrote, and never beyond it. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length * 8 - this.#at;
  }

  /** @throws {CompressionError} COMPRESSED_MALFORMED when fewer bits are left. */
  read(width: number): number {
    if (width > this.left) throw malformed(`got ${this.left} bits, expected ${width} more`);
    let value = 0;
    for (let bit = 0; bit < width; bit++) {
      value = value * 2 + ((this.#bytes[this.#at >> 3]! >> (7 - (this.#at & 7))) & 1);
      this.#at++;
    }
    return value;
  }

  /** @throws {CompressionError} COMPRESSED_MALFORMED when there is no zero in what is left. */
  readUnary(): number {
    let count = 0;
    while (this.read(1) === 1) count++;
    return count;
  }
}
