import { BallastError } from '../../../../protocol/errors.ts';
import { FLAGS } from '../../../features/series.ts';
import { createFlagger } from '../../readers/flagging.ts';
import type { DataSource, Observation, SourceCollaborators, TimeRange } from '../data-source.ts';
import { JsonClient } from '../http/json-client.ts';
import { Refusals } from '../refusal.ts';
import { requireSymbol } from '../symbol.ts';
import { untilAborted } from '../until-aborted.ts';
import { shown } from '../wire.ts';
import { binanceCandles } from './binance.ts';
import { coinbaseCandles } from './coinbase.ts';
import { krakenCandles } from './kraken.ts';
import { screenCandles } from './screen.ts';
import { CANDLE_INTERVALS, type CandleInterval, type CandleVenue } from './venue.ts';

export const CANDLE_VENUES = {
  binance: binanceCandles,
  coinbase: coinbaseCandles,
  kraken: krakenCandles,
} as const satisfies Record<string, CandleVenue>;

export type CandleVenueName = keyof typeof CANDLE_VENUES;

export type CandleSourceOptions = {
  readonly venue: CandleVenueName;
  /** As the venue spells it: `BTCUSDT`, `BTC-USD`, `XBTUSD`. */
  readonly symbol: string;
  readonly interval: CandleInterval;
  /** Share of the price beyond which a print needs to be confirmed: 0.05 for a peg, 0.5 for a volatile asset. */
  readonly jump: number;
  /** Close of the last bar that is known, where a reading goes on. */
  readonly lastClose?: number;
  /** In place of the venue's own. */
  readonly origin?: string;
};

/** Rows of one reading, at most: nine years of minutes. */
export const MAX_CANDLES = 5_000_000;
/** How long after a candle's end it is asked for, seconds, and by how much that is spread. */
const SETTLING = { least: 2, spread: 3 };

/**
 * Candles of an exchange over HTTP. History is asked for page by page, as far as candles are complete; live asks at the
 * end of each interval and goes on where it stopped, so that an outage is made up for: bars that came more than an
 * interval late are flagged `stale`.
 *
 * @throws UsageError `SOURCE_SYMBOL`, `SOURCE_ORIGIN`.
 */
export function createCandleSource(options: CandleSourceOptions, world: SourceCollaborators): DataSource {
  const venue: CandleVenue = CANDLE_VENUES[options.venue];
  const { symbol } = options;
  requireSymbol(venue, symbol, 'BTCUSDT at binance, BTC-USD at coinbase, XBTUSD at kraken');
  const client = new JsonClient(
    { name: venue.name, origin: options.origin ?? venue.origin, rate: venue.rate },
    world,
  );
  const reader = new CandleReader(options, venue, client, world);
  return {
    id: reader.id,
    unit: venue.unitOf(symbol) ?? 'unknown',
    history: (range, signal) => reader.history(range, signal),
    live: (signal) => untilAborted(reader.live(signal), signal),
  };
}

/** Where a reading stands. */
type Place = {
  /** Open of the next candle. */
  next: number;
  line: number;
  lastClose: number | undefined;
  readonly flagger: ReturnType<typeof createFlagger>;
};

class CandleReader {
  readonly id: string;
  readonly #options: CandleSourceOptions;
  readonly #venue: CandleVenue;
  readonly #step: number;
  readonly #client: JsonClient;
  readonly #world: SourceCollaborators;

  constructor(
    options: CandleSourceOptions,
    venue: CandleVenue,
    client: JsonClient,
    world: SourceCollaborators,
  ) {
    this.id = `${venue.name}:${options.symbol}:${options.interval}`;
    this.#options = options;
    this.#venue = venue;
    this.#step = CANDLE_INTERVALS[options.interval];
    this.#client = client;
    this.#world = world;
  }

  async *history(range: TimeRange, signal: AbortSignal): AsyncGenerator<Observation> {
    const first = Math.ceil(range.from / this.#step) * this.#step;
    const place = this.#place(first);
    for await (const observation of this.#read(place, range.to, new Refusals(this.id), signal))
      yield observation;
    const end =
      Math.min(Math.floor(range.to / this.#step), Math.floor(this.#now() / this.#step)) * this.#step;
    if (place.next < end) yield this.#gap(place, end);
  }

  async *live(signal: AbortSignal): AsyncGenerator<Observation> {
    const { clock, random } = this.#world;
    const place = this.#place(Math.floor(this.#now() / this.#step) * this.#step);
    for (;;) {
      const ends = (Math.floor(this.#now() / this.#step) + 1) * this.#step;
      const due = ends + SETTLING.least + SETTLING.spread * random();
      await clock.sleep(due * 1000 - clock.now(), signal);
      try {
        for await (const seen of this.#read(place, this.#now(), new Refusals(this.id), signal)) {
          const isLate = seen.kind === 'bar' && seen.receivedAt - seen.bar.second > this.#step;
          yield isLate ? { ...seen, flags: seen.flags | FLAGS.stale } : seen;
        }
      } catch (error) {
        // What could not be fetched now is asked for again at the end of the next interval.
        const code = error instanceof BallastError ? error.code : undefined;
        if (code !== 'SOURCE_UNREACHABLE' && code !== 'SOURCE_THROTTLED') throw error;
      }
    }
  }

  #now(): number {
    return this.#world.clock.now() / 1000;
  }

  #place(next: number): Place {
    const { jump, lastClose } = this.#options;
    return { next, line: 0, lastClose, flagger: createFlagger({ jump, step: this.#step }) };
  }

  /** Complete candles up to `until`. What is missing at the end is not declared: it may yet come. */
  async *#read(
    place: Place,
    until: number,
    refusals: Refusals,
    signal: AbortSignal,
  ): AsyncGenerator<Observation> {
    const step = this.#step;
    const end = Math.min(Math.floor(until / step), Math.floor(this.#now() / step)) * step;
    for (let asked = place.next; asked < end; ) {
      const page = { from: asked, to: this.#pageEnd(asked, end) };
      const { bars, refused, isFull } = await this.#page(page, place.lastClose, refusals, signal);
      yield* refused;
      for (const bar of bars) {
        const opened = bar.second - step;
        if (opened > place.next) yield this.#gap(place, opened);
        place.next = bar.second;
        place.lastClose = bar.close;
        place.line++;
        if (place.line > MAX_CANDLES) throw tooMany(this.id);
        const flagged = place.flagger({ ...bar, line: place.line });
        yield { kind: 'bar', source: this.id, receivedAt: this.#now(), ...flagged };
      }
      const goesOn = this.#venue.answers === 'since' && isFull && bars.length > 0;
      asked = goesOn ? place.next : page.to;
    }
  }

  #pageEnd(from: number, end: number): number {
    return this.#venue.answers === 'since' ? end : Math.min(end, from + this.#venue.pageRows * this.#step);
  }

  async #page(page: TimeRange, lastClose: number | undefined, refusals: Refusals, signal: AbortSignal) {
    const venue = this.#venue;
    const { symbol, interval } = this.#options;
    const answer = await this.#client.get(
      venue.path(symbol, interval, page),
      venue.cost,
      signal,
      venue.judge,
    );
    const rows = venue.rowsOf(answer);
    if (rows === undefined || rows.length > venue.pageRows) {
      const got = rows === undefined ? shown(answer) : `${rows.length} rows`;
      throw new BallastError(
        'SOURCE_ANSWER',
        `${this.id}: got ${got}, expected at most ${venue.pageRows} candles`,
        {
          metadata: { source: this.id },
        },
      );
    }
    const screened = screenCandles(
      rows,
      { venue, page, step: this.#step, now: this.#now(), lastClose },
      refusals,
    );
    return { ...screened, isFull: rows.length >= venue.pageRows - 1 };
  }

  /** Declares what is missing up to `to`, and goes on from there. */
  #gap(place: Place, to: number): Observation {
    const from = place.next;
    const reason = place.line === 0 && this.#venue.answers === 'since' ? 'unserved' : 'silent';
    place.next = to;
    return { kind: 'gap', source: this.id, from, to, missing: (to - from) / this.#step, reason };
  }
}

const tooMany = (source: string): BallastError =>
  new BallastError(
    'SOURCE_UNUSABLE',
    `${source}: got ${MAX_CANDLES} candles, expected fewer in one reading`,
    {
      metadata: { source, maxCandles: MAX_CANDLES },
      hint: 'ask for a shorter period',
    },
  );
