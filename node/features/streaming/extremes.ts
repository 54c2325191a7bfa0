/**
 * Largest or smallest of the last `size` numbers of a stream, in amortised constant time: a queue of the candidates,
 * each of which is newer and less extreme than the one before it.
 */
export class ExtremeWindow {
  readonly #size: number;
  readonly #sign: number;
  readonly #values: Float64Array;
  readonly #births: Float64Array;
  #head = 0;
  #length = 0;
  #now = 0;

  /** @param size numbers, at least 1. */
  constructor(kind: 'max' | 'min', size: number) {
    this.#size = size;
    this.#sign = kind === 'max' ? 1 : -1;
    this.#values = new Float64Array(size);
    this.#births = new Float64Array(size);
  }

  push(value: number): void {
    const signed = this.#sign * value;
    if (this.#length > 0 && this.#births[this.#head]! <= this.#now - this.#size) {
      this.#head = (this.#head + 1) % this.#size;
      this.#length--;
    }
    // A NaN empties the queue and is emptied by the next number.
    while (this.#length > 0 && !(this.#values[this.#slot(this.#length - 1)]! > signed)) this.#length--;
    const slot = this.#slot(this.#length++);
    this.#values[slot] = signed;
    this.#births[slot] = this.#now++;
  }

  /** NaN of an empty window. */
  get value(): number {
    return this.#length === 0 ? Number.NaN : this.#sign * this.#values[this.#head]!;
  }

  #slot(place: number): number {
    return (this.#head + place) % this.#size;
  }
}
