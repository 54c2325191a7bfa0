/**
 * What risk features read of an `HourlyMarket`; row i is what was known at `startHour + i` hours since the epoch. A close
 * that is not finite and above zero, or is flagged as a gap, is unknown: it repeats the one before in the averages and
 * gives no example of its own.
 */
export type MarketWindow = {
  readonly startHour: number;
  readonly close: Float64Array;
  /** Traded in the hour, in any unit; left out where nobody counted. */
  readonly volume?: Float64Array | null;
  /** The lowest price of each hour, which labels read; the close where left out, unknown or above it. */
  readonly low?: Float64Array | null;
  /** Bits of `FLAGS`. */
  readonly flags?: Uint8Array;
};

/** The network's public markets: one, or several that count alike. */
export type ReferenceMarkets = MarketWindow | readonly MarketWindow[];
