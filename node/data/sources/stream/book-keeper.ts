import { FLAGS } from '../../../features/series.ts';
import { UNIT_FACTOR } from '../candles/screen.ts';
import { type BookObservation, CLOCK_SKEW } from '../data-source.ts';
import { OrderBook } from './order-book.ts';
import type { StreamEvent, StreamVenue } from './stream-venue.ts';

/** Where a book starts from. */
export type BookStart = Awaited<ReturnType<NonNullable<StreamVenue['snapshot']>['bookOf']>>;

type BookEvent = Extract<StreamEvent, { kind: 'snapshot' | 'update' | 'check' }>;

/** A book that is older than this is flagged `stale`, seconds. */
const LATE = 60;
const SNAPSHOT_TRIES = 5;

/** Keeps one connection's book in step with the venue, or says that it no longer is. */
export class BookKeeper {
  readonly #venue: StreamVenue;
  readonly #book: OrderBook;
  readonly #start: () => Promise<BookStart>;
  #inStep = false;
  /** Number of the next change, where they are counted. */
  #next: number | undefined;
  #level: number | undefined;
  second = Number.NaN;

  /** @param start asks for the book over HTTP, of a venue that does not send it. */
  constructor(venue: StreamVenue, start: () => Promise<BookStart>) {
    this.#venue = venue;
    this.#book = new OrderBook(venue.depth);
    this.#start = start;
  }

  get middle(): number | undefined {
    return this.#inStep ? this.#book.middle : undefined;
  }

  /** @returns why the book is lost, or undefined while it is in step. */
  async take(event: BookEvent, now: number): Promise<string | undefined> {
    if (event.kind === 'check') {
      const isKept = !this.#inStep || this.#venue.checksumOf?.(this.#book) === event.checksum;
      return isKept ? undefined : 'a book with another checksum';
    }
    const second = Number.isNaN(event.second) ? now : event.second;
    if (second > now + CLOCK_SKEW) return 'a book of the future';
    if (event.kind === 'snapshot') {
      this.#book.reset(event.levels);
      this.#inStep = true;
    } else {
      const lost = await this.#update(event);
      if (lost !== undefined) return lost;
    }
    this.second = second;
    return this.#fault();
  }

  /** The best levels; undefined before there are any. */
  observation(source: string, depth: number, now: number): BookObservation | undefined {
    if (!this.#inStep || this.#book.middle === undefined) return undefined;
    const [bids, asks] = [this.#book.best('bid', depth), this.#book.best('ask', depth)];
    const flags = now - this.second > LATE ? FLAGS.stale : 0;
    return { kind: 'book', source, second: this.second, bids, asks, flags, receivedAt: now };
  }

  async #update(event: Extract<BookEvent, { kind: 'update' }>): Promise<string | undefined> {
    const { sequence, changes } = event;
    if (sequence === undefined) {
      if (!this.#inStep) return 'a change before the book';
      this.#book.apply(changes);
      return undefined;
    }
    if (this.#next === undefined) {
      const lost = await this.#begin(sequence.first);
      if (lost !== undefined) return lost;
    }
    const next = this.#next ?? 0;
    if (sequence.last < next) return undefined;
    // The first change after the start may overlap it; from then on each follows on the one before.
    if (this.#inStep ? sequence.first !== next : sequence.first > next) {
      return `change ${sequence.first} after ${next - 1}`;
    }
    this.#book.apply(changes);
    this.#inStep = true;
    this.#next = sequence.last + 1;
    return undefined;
  }

  /** Asks for a book that is not older than the stream. */
  async #begin(first: number): Promise<string | undefined> {
    for (let tries = 0; tries < SNAPSHOT_TRIES; tries++) {
      const start = await this.#start();
      if (start === undefined) return 'a book that is none';
      if (start.sequence < first - 1) continue;
      this.#book.reset(start.levels);
      this.#next = start.sequence + 1;
      return undefined;
    }
    return 'books older than the stream';
  }

  #fault(): string | undefined {
    if (!this.#inStep) return undefined;
    if (this.#book.isCrossed) return 'bids above asks';
    const level = this.#book.middle;
    const before = this.#level;
    this.#level = level ?? before;
    const isOff =
      level !== undefined &&
      before !== undefined &&
      (level > before * UNIT_FACTOR || level < before / UNIT_FACTOR);
    return isOff ? 'prices in another unit' : undefined;
  }
}
