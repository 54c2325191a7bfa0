/** What a label says when its values are all taken. */
export const OTHER = 'other';

/**
 * The values of one label: the first `capacity` distinct ones as they are, every later one `other`, so that nobody
 * who chooses a value can make series without end.
 */
export class BoundedLabel {
  readonly #capacity: number;
  readonly #known = new Set<string>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#capacity || value.length > 64) return OTHER;
    this.#known.add(value);
    return value;
  }
}
