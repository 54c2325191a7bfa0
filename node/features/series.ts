/** Milliseconds of one hour, the step of every series. */
export const HOUR_MS = 3_600_000;

/**
 * What is to be said of an hour, or of a row of a file, as bits. Nothing is removed for it.
 *
 * - `gap`: expected observations are missing; an hour without any repeats the last one.
 * - `stale`: the feed's heartbeat has passed without an observation.
 * - `held`: a print stood too far from those before it to be believed at once.
 * - `outlier`: nor did those after it confirm it. This is hindsight, for reports and evaluation.
 * - `vendor`: an extreme that several assets of one vendor show on the same day, and that no close confirms.
 */
export const FLAGS = { gap: 1, stale: 2, held: 4, outlier: 8, vendor: 16 } as const;

export type FlagName = keyof typeof FLAGS;

/** Hours or rows that carry a flag. */
export function countFlagged(flags: Uint8Array): number {
  return flags.reduce((count, flag) => count + (flag === 0 ? 0 : 1), 0);
}

/** The flags that were known at their hour, and that a feature may therefore read. */
export const KNOWN_THEN: number = FLAGS.gap | FLAGS.stale | FLAGS.held | FLAGS.vendor;

/**
 * When a source spoke, hour by hour: what an oracle's silence says of the hours to come.
 *
 * Both columns are as known at the hour.
 */
export type ObservationTiming = {
  /** Hours from the newest observation to the hour. */
  readonly age: Float64Array;
  /** Observations since the hour before. */
  readonly count: Float64Array;
};

/**
 * Hourly deviations of one price from its peg.
 *
 * `deviation[i]` is what was known at `(startHour + i)` hours since 1970-01-01 UTC, in basis points of the target:
 * 10⁴ · (price / target − 1). Nothing in it was printed after that moment.
 */
export type HourlySeries = {
  readonly startHour: number;
  readonly deviation: Float64Array;
  /** Bits of `FLAGS`, one byte an hour; absent where nothing is known of them. */
  readonly flags?: Uint8Array;
  /** Absent where observations come by the clock, as bars do: only when an oracle speaks says something. */
  readonly timing?: ObservationTiming;
};

/**
 * Hourly bars of a volatile asset, on the clock of `HourlySeries`: bar i ended, and was known, at
 * `(startHour + i)` hours since 1970-01-01 UTC. Prices are above zero and finite, low ≤ close ≤ high.
 *
 * An hour without a bar has low = close = high = the last close, no volume, and `FLAGS.gap`.
 */
export type HourlyMarket = {
  readonly startHour: number;
  readonly close: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** Units of the asset traded in the hour; absent where the source has none. */
  readonly volume?: Float64Array;
  /** Bits of `FLAGS`. */
  readonly flags: Uint8Array;
};

/** The first hour after the series. */
export function endHour(series: HourlySeries | HourlyMarket): number {
  return series.startHour + ('close' in series ? series.close : series.deviation).length;
}

/** The part of `series` in [from, to) hours since the epoch; it may be empty. */
export function sliceHours(series: HourlySeries, from: number, to: number): HourlySeries {
  const { begin, cut } = cutter(series, from, to);
  return {
    startHour: begin,
    deviation: cut(series.deviation),
    ...(series.flags === undefined ? {} : { flags: cut(series.flags) }),
    ...(series.timing === undefined
      ? {}
      : { timing: { age: cut(series.timing.age), count: cut(series.timing.count) } }),
  };
}

/** The part of `market` in [from, to) hours since the epoch; it may be empty. */
export function sliceMarket(market: HourlyMarket, from: number, to: number): HourlyMarket {
  const { begin, cut } = cutter(market, from, to);
  return {
    startHour: begin,
    close: cut(market.close),
    high: cut(market.high),
    low: cut(market.low),
    ...(market.volume === undefined ? {} : { volume: cut(market.volume) }),
    flags: cut(market.flags),
  };
}

function cutter(series: HourlySeries | HourlyMarket, from: number, to: number) {
  const begin = Math.max(from, series.startHour);
  const end = Math.max(begin, Math.min(to, endHour(series)));
  const cut = <T extends Float64Array | Uint8Array>(column: T): T =>
    column.slice(begin - series.startHour, end - series.startHour) as T;
  return { begin, cut };
}
