import { randomBytes } from 'node:crypto';
import type { ApiEvent } from './public-event.ts';

/** An event in the feed; `id` is what a client resumes from. */
export type FeedItem = { readonly id: string; readonly kind: string; readonly data: string };

/** Where a reader stands: the number of the next item. */
export type Position = number;

export type FeedRead = {
  readonly items: readonly FeedItem[];
  readonly next: Position;
  /** Items between the wanted one and the first of `items` that the feed no longer has. */
  readonly missed: number;
};

const MAX_DATA_BYTES = 16 * 1024;

/**
 * The latest events of a node: a ring with a bound. Readers hold a position and pull, so a slow reader costs no
 * memory: what it comes too late for is reported as missed.
 *
 * Ids are `<run>-<number>`: numbers begin anew when the node does, and the run tells that.
 */
export class EventFeed {
  readonly #run: string;
  readonly #capacity: number;
  readonly #ring: FeedItem[] = [];
  readonly #listeners = new Set<() => void>();
  #next: Position = 1;

  constructor({ capacity = 1_000, run = randomBytes(4).toString('hex') } = {}) {
    this.#capacity = capacity;
    this.#run = run;
  }

  append(event: ApiEvent): void {
    const { event: kind } = event;
    const whole = JSON.stringify(event);
    const data =
      Buffer.byteLength(whole) <= MAX_DATA_BYTES ? whole : JSON.stringify({ event: kind, isTruncated: true });
    const item = { id: `${this.#run}-${this.#next}`, kind, data };
    this.#ring[this.#next % this.#capacity] = item;
    this.#next += 1;
    for (const listener of this.#listeners) listener();
  }

  /** Position of the next event to come. */
  get end(): Position {
    return this.#next;
  }

  /** The position after an id. An id of another run is before everything, and has missed an unknown number. */
  positionAfter(id: string): { readonly position: Position; readonly isOtherRun: boolean } {
    const match = /^([0-9a-f]{1,32})-([1-9]\d{0,15})$/.exec(id);
    const number = Number(match?.[2]);
    if (match?.[1] !== this.#run || number >= this.#next) return { position: this.#first, isOtherRun: true };
    return { position: number + 1, isOtherRun: false };
  }

  read(from: Position, limit: number): FeedRead {
    const first = Math.max(from, this.#first);
    const next = Math.min(this.#next, first + limit);
    const items: FeedItem[] = [];
    for (let position = first; position < next; position++) {
      const item = this.#ring[position % this.#capacity];
      if (item !== undefined) items.push(item);
    }
    return { items, next, missed: first - from };
  }

  /** Called after every append. @returns stops it. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get #first(): Position {
    return Math.max(1, this.#next - this.#capacity);
  }
}
