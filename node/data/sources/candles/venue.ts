import type { TimeRange } from '../data-source.ts';
import type { AnswerVerdict } from '../http/json-client.ts';
import type { RateRule } from '../http/token-bucket.ts';

export const CANDLE_INTERVALS = { '1m': 60, '1h': 3600 } as const;
export type CandleInterval = keyof typeof CANDLE_INTERVALS;

/** A venue's row before anything of it is believed. */
export type RawCandle = {
  /** Seconds since the epoch at the candle's open. */
  readonly openedAt: unknown;
  readonly open: unknown;
  readonly high: unknown;
  readonly low: unknown;
  readonly close: unknown;
  readonly volume: unknown;
};

/** How one exchange spells its candles. */
export type CandleVenue = {
  readonly name: string;
  readonly origin: string;
  readonly rate: RateRule;
  /** Units of the rate that a page costs. */
  readonly cost: number;
  /** Rows of one answer, at most. */
  readonly pageRows: number;
  /** `page` answers what was asked; `since` answers all from a time on, however much was asked. */
  readonly answers: 'page' | 'since';
  /** Whether an answer's first row is its latest. */
  readonly newestFirst: boolean;
  readonly symbol: RegExp;
  /** What prices are counted in; undefined where the symbol does not say. */
  readonly unitOf: (symbol: string) => string | undefined;
  /** @param page multiples of the interval. */
  readonly path: (symbol: string, interval: CandleInterval, page: TimeRange) => string;
  readonly judge?: (answer: unknown) => AnswerVerdict | undefined;
  /** The rows of an answer; undefined for what is no answer. */
  readonly rowsOf: (answer: unknown) => readonly unknown[] | undefined;
  /** The fields of a row; undefined for what is no row. */
  readonly candleOf: (row: unknown) => RawCandle | undefined;
};

/** The quote asset of a symbol without a separator. */
export const quoteOf = (quotes: readonly string[]) => (symbol: string) =>
  quotes.find((quote) => symbol.endsWith(quote) && symbol.length > quote.length);
