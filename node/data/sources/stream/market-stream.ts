import { BallastError } from '../../../../protocol/errors.ts';
import type { DataSource, Observation, SourceCollaborators } from '../data-source.ts';
import { backoffMs, DEFAULT_BACKOFF } from '../http/backoff.ts';
import { JsonClient } from '../http/json-client.ts';
import { originOf } from '../http/origin.ts';
import { Refusals } from '../refusal.ts';
import { requireSymbol } from '../symbol.ts';
import { untilAborted } from '../until-aborted.ts';
import { shown } from '../wire.ts';
import { binanceStream } from './binance.ts';
import { BookKeeper } from './book-keeper.ts';
import { coinbaseStream } from './coinbase.ts';
import { krakenStream } from './kraken.ts';
import { DEFAULT_SOCKET_LIMITS, disconnected, type SocketLimits, socketMessages } from './socket.ts';
import type { StreamEvent, StreamVenue } from './stream-venue.ts';
import { TradeScreen } from './trade-screen.ts';

export const STREAM_VENUES = {
  binance: binanceStream,
  coinbase: coinbaseStream,
  kraken: krakenStream,
} as const satisfies Record<string, StreamVenue>;

export type MarketStreamOptions = {
  readonly venue: keyof typeof STREAM_VENUES;
  /** As the venue spells it here: `BTCUSDT`, `BTC-USD`, `BTC/USD`. */
  readonly symbol: string;
  /** Share of the price beyond which a trade needs to be confirmed. */
  readonly jump: number;
  /** Levels of a side that an observation has; 10 unless given. */
  readonly depth?: number;
  /** Seconds of the venue's time from one book to the next, at the least; 1 unless given. */
  readonly bookSeconds?: number;
  /** In place of the venue's own addresses. */
  readonly origin?: string;
  readonly httpOrigin?: string;
  readonly limits?: Partial<SocketLimits>;
};

/** Waited before a venue is called again, beside the growing part. */
const RECONNECT_MS = 1000;
/** What ends a connection and not the stream. */
const PASSING = new Set([
  'SOURCE_DISCONNECTED',
  'SOURCE_UNUSABLE',
  'SOURCE_UNREACHABLE',
  'SOURCE_THROTTLED',
  'SOURCE_ANSWER',
]);

/**
 * Order book and trades of an exchange over a WebSocket. The book is a snapshot and what has changed since; a change
 * that is missed, a checksum that differs, or bids above asks end the connection and begin another, and the time between
 * is declared as a gap. It has no history.
 *
 * @throws UsageError `SOURCE_SYMBOL`, `SOURCE_ORIGIN`.
 */
export function createMarketStream(options: MarketStreamOptions, world: SourceCollaborators): DataSource {
  const venue: StreamVenue = STREAM_VENUES[options.venue];
  const { symbol } = options;
  requireSymbol(venue, symbol, 'BTCUSDT at binance, BTC-USD at coinbase, BTC/USD at kraken');
  const stream = new MarketStream(options, venue, world);
  return {
    id: stream.id,
    unit: venue.unitOf(symbol) ?? 'unknown',
    history: async function* ({ from, to }) {
      yield { kind: 'gap', source: stream.id, from, to, reason: 'unserved' };
    },
    live: (signal) => untilAborted(stream.live(signal), signal),
  };
}

class MarketStream {
  readonly id: string;
  readonly #options: MarketStreamOptions;
  readonly #venue: StreamVenue;
  readonly #world: SourceCollaborators;
  readonly #url: string;
  readonly #http: JsonClient | undefined;
  #trades: TradeScreen;
  /** Of the last observation. */
  #seen = Number.NaN;
  #failures = 0;

  constructor(options: MarketStreamOptions, venue: StreamVenue, world: SourceCollaborators) {
    this.id = `${venue.name}:${options.symbol}:stream`;
    this.#options = options;
    this.#venue = venue;
    this.#world = world;
    this.#url = `${originOf(options.origin ?? venue.origin, 'wss:')}${venue.path(options.symbol)}`;
    const { snapshot, name } = venue;
    if (snapshot !== undefined) {
      const origin = options.httpOrigin ?? snapshot.origin;
      this.#http = new JsonClient({ name, origin, rate: snapshot.rate }, world);
    }
    this.#trades = new TradeScreen(this.id, options.jump);
  }

  async *live(signal: AbortSignal): AsyncGenerator<Observation> {
    const { clock, random } = this.#world;
    for (;;) {
      try {
        yield* this.#connection(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BallastError) || !PASSING.has(error.code)) throw error;
        // What was believed may be what made all the rest unbelievable.
        if (error.code === 'SOURCE_UNUSABLE') this.#trades = new TradeScreen(this.id, this.#options.jump);
      }
      this.#failures = Math.min(this.#failures + 1, DEFAULT_BACKOFF.tries);
      await clock.sleep(RECONNECT_MS + backoffMs(this.#failures, DEFAULT_BACKOFF, random), signal);
    }
  }

  async *#connection(signal: AbortSignal): AsyncGenerator<Observation> {
    const { symbol, depth = 10, bookSeconds = 1 } = this.#options;
    const venue = this.#venue;
    const decode = venue.decoder(symbol);
    const keeper = new BookKeeper(venue, () => this.#snapshot(signal));
    const refusals = new Refusals(this.id);
    const greetings = venue.subscribe(symbol).map((greeting) => JSON.stringify(greeting));
    const limits = { ...DEFAULT_SOCKET_LIMITS, ...this.#options.limits };
    let told = Number.NEGATIVE_INFINITY;
    let since = this.#seen;
    const declare = (second: number): Observation[] => {
      const from = since;
      this.#failures = 0;
      this.#seen = Number.isNaN(this.#seen) ? second : Math.max(this.#seen, second);
      // A new connection may begin with what is older than the end of the last.
      if (!(second > from)) return [];
      since = Number.NaN;
      return [{ kind: 'gap', source: this.id, from, to: second, reason: 'disconnected' }];
    };
    for await (const text of socketMessages(this.id, this.#url, greetings, limits, signal)) {
      let isBook = false;
      for (const event of decode(this.#parse(text))) {
        if (event.kind === 'trade') {
          const context = { now: this.#now(), level: keeper.middle, again: event.again === true, refusals };
          for (const seen of this.#trades.screen(event.trade, context)) {
            if (seen.kind === 'trade') yield* declare(seen.second);
            yield seen;
          }
        } else if (event.kind === 'malformed') {
          yield refusals.refuse('DATA_MALFORMED', `got ${shown(text.slice(0, 80))}, expected a ${event.of}`);
          if (event.of !== 'trade') throw disconnected(this.id, `a ${event.of} that is none`);
        } else {
          const lost = await this.#takeBook(event, keeper);
          if (lost !== undefined) throw disconnected(this.id, lost);
          isBook = true;
        }
      }
      if (!isBook || keeper.second < told + bookSeconds) continue;
      const seen = keeper.observation(this.id, depth, this.#now());
      if (seen === undefined) continue;
      told = seen.second;
      yield* declare(seen.second);
      yield seen;
    }
  }

  async #takeBook(
    event: Exclude<StreamEvent, { kind: 'trade' | 'malformed' }>,
    keeper: BookKeeper,
  ): Promise<string | undefined> {
    if (event.kind === 'lost') return event.reason;
    if (event.kind !== 'refused') return keeper.take(event, this.#now());
    throw new BallastError(
      'SOURCE_REFUSED',
      `${this.id}: got ${shown(event.reason)}, expected a subscription`,
      {
        metadata: { source: this.id },
        hint: 'check the symbol',
      },
    );
  }

  async #snapshot(signal: AbortSignal) {
    const { snapshot } = this.#venue;
    if (snapshot === undefined || this.#http === undefined) return undefined;
    const answer = await this.#http.get(snapshot.path(this.#options.symbol), snapshot.cost, signal);
    return snapshot.bookOf(answer);
  }

  #parse(text: string): unknown {
    try {
      return this.#venue.parse(text);
    } catch {
      return undefined;
    }
  }

  #now(): number {
    return this.#world.clock.now() / 1000;
  }
}
