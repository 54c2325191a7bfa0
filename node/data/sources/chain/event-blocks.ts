import {
  type ChainEvent,
  type ChainReader,
  chainEventSource,
  type EventCursor,
  type EventFilter,
  eventCursor,
  readEvents,
} from '../../../../contracts/client/index.ts';
import { BallastError } from '../../../../protocol/errors.ts';
import type { SourceClock, TimeRange } from '../data-source.ts';
import { chainCall } from './chain-calls.ts';

/** Blocks that one question for events covers. */
const SPAN = 2_000;

export type EventOptions = {
  readonly contracts: readonly string[];
  /** Which of their events; all unless given. */
  readonly filter?: EventFilter;
  /** Blocks above an event until it counts, where the chain calls it final too; 32 unless given. */
  readonly confirmations?: number;
  /** Seconds between questions for new blocks; 12 unless given. */
  readonly pollSeconds?: number;
};

/** The events of one final block, in its order, and its time in seconds since the epoch. */
export type EventBlock = {
  readonly height: number;
  readonly second: number;
  readonly events: readonly ChainEvent[];
};

/** Final events of some contracts, block by block: none that a reorganisation can take back, and none twice. */
export class EventBlocks {
  readonly #source: string;
  readonly #reader: ChainReader;
  readonly #clock: SourceClock;
  readonly #options: EventOptions;

  constructor(source: string, reader: ChainReader, clock: SourceClock, options: EventOptions) {
    this.#source = source;
    this.#reader = reader;
    this.#clock = clock;
    this.#options = options;
  }

  /** Of blocks whose time is in the range. @throws BallastError `SOURCE_UNREACHABLE`; the signal's reason. */
  async *history({ from, to }: TimeRange, signal: AbortSignal): AsyncGenerator<EventBlock> {
    const events = this.#events();
    const final = await chainCall(this.#source, 'final height', events.finalizedHeight);
    const [first, end] = [await this.#firstFrom(from, final), await this.#firstFrom(to, final)];
    for (let begin = first; begin < end; begin += SPAN) {
      signal.throwIfAborted();
      const last = Math.min(end, begin + SPAN) - 1;
      const found = await chainCall(this.#source, 'events', () => events.eventsBetween(begin, last));
      if (found.some(({ block }) => block.height < begin || block.height > last)) {
        throw new BallastError(
          'SOURCE_ANSWER',
          `${this.#source}: got events of other blocks than ${begin} to ${last}`,
        );
      }
      yield* this.#byBlock(found, signal);
    }
  }

  /** From the last final block on. @throws as `history`. */
  async *live(signal: AbortSignal): AsyncGenerator<EventBlock> {
    const events = this.#events();
    const { confirmations, pollSeconds = 12 } = this.#options;
    let cursor: EventCursor | undefined;
    for (;;) {
      signal.throwIfAborted();
      try {
        cursor ??= await this.#begin();
        const read = await readEvents(events, cursor, confirmations === undefined ? {} : { confirmations });
        cursor = read.cursor;
        const final = read.notices.filter(({ type }) => type === 'final').map(({ event }) => event);
        yield* this.#byBlock(final, signal);
      } catch (error) {
        // An endpoint that is away for a while: the cursor knows where to go on.
        const code = error instanceof BallastError ? error.code : undefined;
        if (code !== 'CHAIN_REQUEST_FAILED') throw error;
      }
      await this.#clock.sleep(pollSeconds * 1000, signal);
    }
  }

  #events() {
    return chainEventSource(this.#reader, this.#options.contracts, this.#options.filter);
  }

  async #begin(): Promise<EventCursor> {
    const events = this.#events();
    const block = await events.blockAt(await events.finalizedHeight());
    if (block === undefined)
      throw new BallastError('CHAIN_REQUEST_FAILED', `${this.#source}: got no final block`);
    return eventCursor({ height: block.height, hash: block.hash });
  }

  async *#byBlock(events: readonly ChainEvent[], signal: AbortSignal): AsyncGenerator<EventBlock> {
    for (let at = 0; at < events.length; ) {
      signal.throwIfAborted();
      const height = events[at]?.block.height ?? 0;
      const rest = events.slice(at).findIndex(({ block }) => block.height !== height);
      const own = events.slice(at, rest < 0 ? undefined : at + rest);
      at += own.length;
      yield { height, second: await this.#secondOf(height), events: own };
    }
  }

  async #secondOf(height: number): Promise<number> {
    const block = await chainCall(this.#source, 'block', () =>
      this.#reader.getBlock({ blockNumber: BigInt(height) }),
    );
    return Number(block.timestamp);
  }

  /** The first block at `second` or later, up to the one after `final`: by halves. */
  async #firstFrom(second: number, final: number): Promise<number> {
    let [low, high] = [0, final + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await this.#secondOf(middle)) < second) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
