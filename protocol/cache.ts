/** A cache bounded by the size of what it holds; the oldest entry goes first. */
export class BoundedCache<V, K = string> {
  readonly #entries = new Map<K, { readonly value: V; readonly size: number }>();
  readonly #capacity: number;
  #used = 0;

  /** @param capacity in the unit of `set`'s `size`. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Sizes of what it holds, together. */
  get used(): number {
    return this.#used;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: K, value: V, size: number): void {
    if (size > this.#capacity || this.#entries.has(key)) return;
    this.#entries.set(key, { value, size });
    this.#used += size;
    for (const [oldest, entry] of this.#entries) {
      if (this.#used <= this.#capacity) return;
      this.#entries.delete(oldest);
      this.#used -= entry.size;
    }
  }
}
