import { BallastError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';

const CHUNK = 8192;

/**
 * Uniform 32-bit words from a source of random bytes: taken in chunks, little-endian, and used in order, so equal
 * byte streams give equal words on every machine.
 */
export class RandomWords {
  readonly #randomBytes: RandomBytes;
  readonly #words = new Uint32Array(CHUNK / 4);
  #at = CHUNK / 4;

  constructor(randomBytes: RandomBytes) {
    this.#randomBytes = randomBytes;
  }

  /**
   * A uniform integer in [0, 2^32).
   *
   * @throws BallastError `RANDOM_SOURCE` where the source gives another number of bytes than it was asked for.
   */
  next(): number {
    if (this.#at === this.#words.length) this.#refill();
    const word = this.#words[this.#at]!;
    this.#at += 1;
    return word;
  }

  #refill(): void {
    const bytes = this.#randomBytes(CHUNK);
    if (bytes.length !== CHUNK) {
      throw new BallastError('RANDOM_SOURCE', `random source: got ${bytes.length} bytes, expected ${CHUNK}`);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, CHUNK);
    for (let i = 0; i < CHUNK / 4; i++) this.#words[i] = view.getUint32(4 * i, true);
    this.#at = 0;
  }
}
