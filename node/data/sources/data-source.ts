import type { FlaggedBar } from '../readers/flagging.ts';

/** Seconds since the epoch, `from` with it and `to` without. */
export type TimeRange = { readonly from: number; readonly to: number };

/** One price, or one bar of prices: a candle, an oracle's round, a pool's price. Single prices repeat in all four. */
export type BarObservation = FlaggedBar & {
  readonly kind: 'bar';
  readonly source: string;
  /** Seconds since the epoch by this machine's clock; `bar.second` is when the source knew it. */
  readonly receivedAt: number;
};

/** One trade. `flags` as of a bar. */
export type TradeObservation = {
  readonly kind: 'trade';
  readonly source: string;
  readonly id: string;
  readonly second: number;
  readonly price: number;
  /** Units of the asset. */
  readonly quantity: number;
  /** Who crossed the spread. */
  readonly taker: 'buyer' | 'seller';
  readonly flags: number;
  readonly receivedAt: number;
};

/** One level of a book: price and units of the asset. */
export type BookLevel = readonly [price: number, quantity: number];

/** The best levels of an order book, best first: bids descending, asks ascending, the best bid below the best ask. */
export type BookObservation = {
  readonly kind: 'book';
  readonly source: string;
  readonly second: number;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  readonly flags: number;
  readonly receivedAt: number;
};

/** What a protocol did or how it stands, as of a block. Amounts are in whole coins. */
export type StateObservation = {
  readonly kind: 'state';
  readonly source: string;
  readonly second: number;
  readonly block: number;
  readonly values: Readonly<Record<string, number>>;
  readonly receivedAt: number;
};

/** A stretch without observations where some were expected: declared, never filled. */
export type GapObservation = {
  readonly kind: 'gap';
  readonly source: string;
  readonly from: number;
  readonly to: number;
  /** Observations that are missing, where the source has a rhythm. */
  readonly missing?: number;
  /**
   * - `silent`: the source answered, and had nothing for it.
   * - `unserved`: the source does not go back that far.
   * - `disconnected`: a stream was down or lost its place.
   */
  readonly reason: 'silent' | 'unserved' | 'disconnected';
};

/** A row that was not taken, and why: it is no observation, and the gap that it leaves is declared too. */
export type RefusedObservation = {
  readonly kind: 'refused';
  readonly source: string;
  /** Of `DATA_MALFORMED`, `DATA_DUPLICATE`, `DATA_FUTURE`, `DATA_LATE`, `DATA_UNIT`. */
  readonly code: RefusalCode;
  readonly message: string;
};

export type RefusalCode =
  | 'DATA_MALFORMED'
  | 'DATA_DUPLICATE'
  | 'DATA_FUTURE'
  | 'DATA_LATE'
  | 'DATA_UNIT'
  /** A block's observation was taken back: the chain has replaced the block. */
  | 'DATA_REORGANISED';

export type Observation =
  | BarObservation
  | TradeObservation
  | BookObservation
  | StateObservation
  | GapObservation
  | RefusedObservation;

/**
 * Where observations come from: an exchange, an oracle, a pool, a protocol. History is read once, in ascending order of
 * time; live goes on until its signal aborts. Whatever is missing is a `gap`, whatever is not believed a `refused` or a
 * flag: nothing of a source's faults ends in an exception, save answers that are none at all.
 */
export type DataSource = {
  /** Stable and free of secrets, such as `binance:BTCUSDT:1h`. */
  readonly id: string;
  /** What prices are counted in, such as `USDT`. */
  readonly unit: string;
  /**
   * @throws BallastError `SOURCE_REFUSED`, `SOURCE_UNREACHABLE`, `SOURCE_THROTTLED`, `SOURCE_ANSWER`, `SOURCE_UNUSABLE`;
   *   the signal's reason once it aborts.
   */
  readonly history: (range: TimeRange, signal: AbortSignal) => AsyncIterable<Observation>;
  /** From now on, until the signal aborts; then it ends without an error. */
  readonly live?: (signal: AbortSignal) => AsyncIterable<Observation>;
};

/** What a source may not do by itself. */
export type SourceCollaborators = {
  readonly clock: SourceClock;
  /** Uniform in [0, 1): spreads retries, never a secret. */
  readonly random: () => number;
};

export type SourceClock = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @throws the signal's reason once it aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** A clock that has run apart from a source's by less than this is no fault, seconds. */
export const CLOCK_SKEW = 60;
