/**
 * Count, mean and central moments of the last `size` numbers of a stream, in amortised constant time.
 *
 * Nothing is ever subtracted: the window is two stacks of merged moments (a queue of two stacks; Tangwongsan, Hirzel,
 * Schneider and Wu 2015, "General incremental sliding-window aggregation"), merged by the pairwise formulas of Chan,
 * Golub and LeVeque 1979, and of Pébay 2008 for the third and fourth. So a spike leaves no rounding behind when it
 * goes, a constant stream has moments of exactly zero, and a NaN counts until it leaves the window and no longer.
 */
export class MomentWindow {
  readonly #size: number;
  /** Numbers since the last flip, oldest first, and their merged moments. */
  readonly #back: Float64Array;
  readonly #total = new Float64Array(WIDTH);
  #backCount = 0;
  /** Moments of the older numbers: entry k is of the newest k + 1 among them. */
  readonly #front: Float64Array;
  #frontCount = 0;
  readonly #merged = new Float64Array(WIDTH);
  #isMerged = true;

  /** @param size numbers, at least 1. */
  constructor(size: number) {
    this.#size = size;
    this.#back = new Float64Array(size);
    this.#front = new Float64Array(size * WIDTH);
  }

  push(value: number): void {
    if (this.count === this.#size) {
      if (this.#frontCount === 0) this.#flip();
      this.#frontCount--;
    }
    this.#back[this.#backCount++] = value;
    merge(this.#total, this.#backCount - 1, this.#total, 0, one(value), 0, 1);
    this.#isMerged = false;
  }

  /** Numbers in the window. */
  get count(): number {
    return this.#frontCount + this.#backCount;
  }

  get isFull(): boolean {
    return this.count === this.#size;
  }

  /** NaN of an empty window. */
  get mean(): number {
    return this.count === 0 ? Number.NaN : this.#moments()[0]!;
  }

  get sum(): number {
    return this.count === 0 ? 0 : this.mean * this.count;
  }

  /** Standard deviation; `sample` divides by n − 1, `population` by n. NaN where that is zero. */
  std(kind: 'sample' | 'population' = 'sample'): number {
    const divisor = kind === 'sample' ? this.count - 1 : this.count;
    return divisor <= 0 ? Number.NaN : Math.sqrt(this.#moments()[1]! / divisor);
  }

  /** m₃ / m₂^1.5 of the population moments; 0 where nothing varies. */
  get skewness(): number {
    const moments = this.#moments();
    const variance = moments[1]! / this.count;
    return variance === 0 ? 0 : moments[2]! / this.count / (variance * Math.sqrt(variance));
  }

  /** m₄ / m₂² − 3 of the population moments; 0 where nothing varies. */
  get excessKurtosis(): number {
    const moments = this.#moments();
    const variance = moments[1]! / this.count;
    return variance === 0 ? 0 : moments[3]! / this.count / (variance * variance) - 3;
  }

  #moments(): Float64Array {
    if (this.#isMerged) return this.#merged;
    const older = Math.max(0, this.#frontCount - 1) * WIDTH;
    merge(this.#merged, this.#frontCount, this.#front, older, this.#total, 0, this.#backCount);
    this.#isMerged = true;
    return this.#merged;
  }

  #flip(): void {
    const [front, back] = [this.#front, this.#back];
    for (let k = 0; k < this.#backCount; k++) {
      const single = one(back[this.#backCount - 1 - k]!);
      const into = front.subarray(k * WIDTH, (k + 1) * WIDTH);
      merge(into, k, front, Math.max(0, k - 1) * WIDTH, single, 0, 1);
    }
    this.#frontCount = this.#backCount;
    this.#backCount = 0;
    this.#total.fill(0);
  }
}

/** Mean, and the sums of the second, third and fourth powers of the distances to it. */
const WIDTH = 4;
const SINGLE = new Float64Array(WIDTH);

function one(value: number): Float64Array {
  SINGLE[0] = value;
  return SINGLE;
}

/** Into `out` the moments of `a[at…]`, which are of `na` numbers, together with those of `b[bt…]`, of `nb`. */
function merge(
  out: Float64Array,
  na: number,
  a: Float64Array,
  at: number,
  b: Float64Array,
  bt: number,
  nb: number,
): void {
  if (na === 0 || nb === 0) {
    const only = na === 0 ? b : a;
    const from = na === 0 ? bt : at;
    for (let i = 0; i < WIDTH; i++) out[i] = only[from + i]!;
    return;
  }
  const n = na + nb;
  const a2 = a[at + 1]!;
  const a3 = a[at + 2]!;
  const a4 = a[at + 3]!;
  const b2 = b[bt + 1]!;
  const b3 = b[bt + 2]!;
  const b4 = b[bt + 3]!;
  const delta = b[bt]! - a[at]!;
  const step = delta / n;
  const square = delta * step * na * nb;
  out[0] = a[at]! + step * nb;
  out[1] = a2 + b2 + square;
  out[2] = a3 + b3 + square * step * (na - nb) + 3 * step * (na * b2 - nb * a2);
  out[3] =
    a4 +
    b4 +
    square * step * step * (na * na - na * nb + nb * nb) +
    6 * step * step * (na * na * b2 + nb * nb * a2) +
    4 * step * (na * b3 - nb * a3);
}
