/** What all versions of one map share: entries in the order in which they came. Only ever added to. */
type Shared<K, V> = {
  readonly entries: (readonly [K, V])[];
  /** Where a key stands in `entries`. */
  readonly places: Map<K, number>;
};

/**
 * A map that is never changed, and of which a version with one more entry costs no copy: versions share their
 * entries, and each sees as many of them as it was made with. The round's state grows by thousands of headers this
 * way, one at a time; copying the map for each would be quadratic.
 *
 * Adding to a version that is not the newest, or giving a key another value, copies.
 */
export class GrowingMap<K, V> implements ReadonlyMap<K, V> {
  readonly #shared: Shared<K, V>;
  readonly #size: number;

  private constructor(shared: Shared<K, V>, size: number) {
    this.#shared = shared;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  static of<K, V>(entries: Iterable<readonly [K, V]> = []): GrowingMap<K, V> {
    const list = [...new Map(entries)];
    const places = new Map(list.map(([key], place) => [key, place]));
    return new GrowingMap({ entries: list, places }, list.length);
  }

  /** The same entries as a map that grows. */
  static from<K, V>(map: ReadonlyMap<K, V>): GrowingMap<K, V> {
    return map instanceof GrowingMap ? map : GrowingMap.of(map);
  }

  /** A version in which `key` has `value`. */
  with(key: K, value: V): GrowingMap<K, V> {
    const { entries, places } = this.#shared;
    if (this.has(key)) {
      if (this.get(key) === value) return this;
      return GrowingMap.of(new Map(this).set(key, value));
    }
    if (entries.length > this.#size) return GrowingMap.of(this).with(key, value);
    places.set(key, this.#size);
    entries.push([key, value]);
    return new GrowingMap(this.#shared, this.#size + 1);
  }

  has(key: K): boolean {
    const place = this.#shared.places.get(key);
    return place !== undefined && place < this.#size;
  }

  get(key: K): V | undefined {
    const place = this.#shared.places.get(key);
    return place !== undefined && place < this.#size ? this.#shared.entries[place]?.[1] : undefined;
  }

  forEach(call: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) call(value, key, this);
  }

  *entries(): MapIterator<[K, V]> {
    const { entries } = this.#shared;
    for (let place = 0; place < this.#size; place++) {
      const entry = entries[place];
      if (entry !== undefined) yield [entry[0], entry[1]];
    }
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }
}

/** What is asked of a set that is never changed. */
export type ItemSet<T> = Pick<ReadonlySet<T>, 'has' | 'size'> & Iterable<T>;

/** The same for a set: see {@link GrowingMap}. */
export class GrowingSet<T> implements ItemSet<T> {
  readonly #items: GrowingMap<T, true>;

  private constructor(items: GrowingMap<T, true>) {
    this.#items = items;
  }

  static of<T>(items: Iterable<T> = []): GrowingSet<T> {
    return new GrowingSet(GrowingMap.of([...items].map((item) => [item, true] as const)));
  }

  static from<T>(items: ItemSet<T>): GrowingSet<T> {
    return items instanceof GrowingSet ? items : GrowingSet.of(items);
  }

  get size(): number {
    return this.#items.size;
  }

  with(item: T): GrowingSet<T> {
    return this.#items.has(item) ? this : new GrowingSet(this.#items.with(item, true));
  }

  has(item: T): boolean {
    return this.#items.has(item);
  }

  [Symbol.iterator](): MapIterator<T> {
    return this.#items.keys();
  }
}
