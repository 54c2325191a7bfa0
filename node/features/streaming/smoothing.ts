/** Exponential average e ← e + α (x − e), begun at its first number. A number that is not finite leaves it as it is. */
export class ExponentialAverage {
  readonly #alpha: number;
  value = Number.NaN;

  /** @param alpha weight of the newest number, above 0 and at most 1. */
  constructor(alpha: number) {
    this.#alpha = alpha;
  }

  /** The average of n bars' span: α = 2 / (n + 1). */
  static ofSpan(bars: number): ExponentialAverage {
    return new ExponentialAverage(2 / (bars + 1));
  }

  push(x: number): void {
    if (!Number.isFinite(x)) return;
    this.value = Number.isNaN(this.value) ? x : this.value + this.#alpha * (x - this.value);
  }
}

/** Wilder's average (1978): the mean of the first `bars` numbers, from there an exponential one with α = 1 / bars. */
export class WilderAverage {
  readonly #bars: number;
  #count = 0;
  #mean = 0;

  /** @param bars at least 1. */
  constructor(bars: number) {
    this.#bars = bars;
  }

  push(x: number): void {
    if (!Number.isFinite(x)) return;
    if (this.#count < this.#bars) this.#count++;
    this.#mean += (x - this.#mean) / this.#count;
  }

  /** NaN before the first `bars` numbers have come. */
  get value(): number {
    return this.#count < this.#bars ? Number.NaN : this.#mean;
  }
}
