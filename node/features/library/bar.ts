import { FLAGS, HOUR_MS, type HourlyMarket, type HourlySeries } from '../series.ts';

/**
 * One bar of a price. What is not known is NaN; a price that is not above zero and finite is not known either.
 */
export type Bar = {
  /** When it ended and was known, in milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Coins traded in it. */
  readonly volume: number;
  /** Bits of `FLAGS`. */
  readonly flags: number;
};

/** Prices and volumes outside are unknown: no market has them, and their squares and fourth powers stay finite. */
const LEAST_PRICE = 1e-15;
const MOST = 1e15;

const isPrice = (price: number) => price >= LEAST_PRICE && price <= MOST;

/**
 * What the features read of bars as they come: a close that is not known repeats the last one and is flagged as a gap,
 * an open, high or low that is not known or contradicts the close stands at it, and a volume that is no amount is NaN.
 * Before the first known close all prices are NaN.
 */
export function createBarReader(): (bar: Bar) => Bar {
  let last = Number.NaN;
  return (bar) => {
    const volume = bar.volume >= 0 && bar.volume <= MOST ? bar.volume : Number.NaN;
    if (!isPrice(bar.close)) {
      const flags = bar.flags | FLAGS.gap;
      return { time: bar.time, open: last, high: last, low: last, close: last, volume, flags };
    }
    last = bar.close;
    const open = isPrice(bar.open) ? bar.open : last;
    const high = isPrice(bar.high) ? Math.max(bar.high, open, last) : Math.max(open, last);
    const low = isPrice(bar.low) ? Math.min(bar.low, open, last) : Math.min(open, last);
    return { time: bar.time, open, high, low, close: last, volume, flags: bar.flags };
  };
}

/** The bars of an hourly market. Its hours know no open: it is the close of the hour before. */
export function barsOfMarket(market: HourlyMarket): Bar[] {
  return Array.from(market.close, (close, t) => ({
    time: (market.startHour + t) * HOUR_MS,
    open: t === 0 ? close : market.close[t - 1]!,
    high: market.high[t]!,
    low: market.low[t]!,
    close,
    volume: market.volume?.[t] ?? Number.NaN,
    flags: market.flags[t]!,
  }));
}

/** The bars of a peg, in units of its target: of every hour only the last price is known, and no volume. */
export function barsOfSeries(series: HourlySeries): Bar[] {
  return Array.from(series.deviation, (deviation, t) => {
    const price = 1 + deviation / 1e4;
    return {
      time: (series.startHour + t) * HOUR_MS,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: Number.NaN,
      flags: series.flags?.[t] ?? 0,
    };
  });
}
