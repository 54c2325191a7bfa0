/** The last `size` numbers of a stream; before as many have come, what is missing reads as NaN. */
export class Ring {
  readonly #values: Float64Array;
  #next = 0;

  /** @param size at least 1. */
  constructor(size: number) {
    this.#values = new Float64Array(size).fill(Number.NaN);
  }

  push(value: number): void {
    this.#values[this.#next] = value;
    this.#next = this.#next + 1 === this.#values.length ? 0 : this.#next + 1;
  }

  /** The number that came `steps` before the last one, 0 ≤ steps < size; NaN where there was none. */
  ago(steps: number): number {
    const size = this.#values.length;
    return this.#values[(this.#next + size - 1 - steps) % size]!;
  }
}
