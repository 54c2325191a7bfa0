/** A cache bounded by the size of what it holds; the oldest entry goes first. */
export class BoundedCache<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly size: number }>();
  readonly #capacity: number;
  #used = 0;

  /** @param capacity in the unit of `set`'s `size`. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: V, size: number): void {
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
