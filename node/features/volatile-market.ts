import { BallastError } from '../../protocol/errors.ts';
import type { MarketWindow } from './market-window.ts';
import { ewma } from './rolling.ts';
import { FLAGS } from './series.ts';

/** Hours between a risk assessment and the end of what it assesses. */
export const RISK_HORIZON_HOURS = 24;

/** Least volatility of an hour: below it a standing price would have a logarithm of minus infinity. */
const HOURLY_FLOOR = 1e-5;

/** What is computed alike of an asset and of the public markets beside it, hour by hour. */
export type VolatileMarket = {
  /** Log of the price, repeated where unknown. */
  readonly logPrice: Float64Array;
  /** 1 where the close is known. */
  readonly known: Uint8Array;
  /** Squared hourly log returns; none at the first hour. */
  readonly squared: Float64Array;
  /** Logs of the 24-hour volatility by half-life, hours. */
  readonly volatility: Readonly<Record<6 | 24 | 168 | 720, Float64Array>>;
  /** Log of the price over its 7-day high in 7-day volatilities, plus 0.8. */
  readonly belowHigh: Float64Array;
};

/** @throws BallastError `WINDOW_NOT_FINITE` for a start that is no whole hour. */
export function describeMarket(market: MarketWindow): VolatileMarket {
  requireWholeHour(market);
  const { logPrice, known } = carry(market);
  const squared = squaredReturns(logPrice);
  const week = logVolatility(squared, 168);
  const high = rollingHigh(logPrice, 168);
  return {
    logPrice,
    known,
    squared,
    volatility: {
      6: logVolatility(squared, 6),
      24: logVolatility(squared, 24),
      168: week,
      720: logVolatility(squared, 720),
    },
    belowHigh: logPrice.map((value, t) => (value - high[t]!) / (Math.exp(week[t]!) * Math.sqrt(7)) + 0.8),
  };
}

/** Log of the volatility of 24 h from the mean square of hourly returns. */
export function toLogVolatility(meanSquare: number): number {
  return Math.log(Math.sqrt(RISK_HORIZON_HOURS) * Math.max(HOURLY_FLOOR, Math.sqrt(meanSquare)));
}

function requireWholeHour({ startHour }: MarketWindow): void {
  if (Number.isSafeInteger(startHour)) return;
  throw new BallastError('WINDOW_NOT_FINITE', `market: got a start at ${startHour}, expected a whole hour`, {
    metadata: { startHour },
  });
}

/** Log prices with unknown ones repeated; those before the first known one take it. */
function carry({ close, flags }: MarketWindow): { logPrice: Float64Array; known: Uint8Array } {
  const isPrice = (price: number) => Number.isFinite(price) && price > 0;
  const known = Uint8Array.from(close, (price, t) =>
    isPrice(price) && ((flags?.[t] ?? 0) & FLAGS.gap) === 0 ? 1 : 0,
  );
  let last = Math.log(close.find(isPrice) ?? 1);
  const logPrice = close.map((price) => {
    if (isPrice(price)) last = Math.log(price);
    return last;
  });
  return { logPrice, known };
}

function squaredReturns(logPrice: Float64Array): Float64Array {
  return logPrice.map((value, t) => (t === 0 ? Number.NaN : (value - logPrice[t - 1]!) ** 2));
}

/** Log of the volatility of 24 h from an exponential average of squared hourly returns. */
function logVolatility(squared: Float64Array, halfLife: number): Float64Array {
  return ewma(squared, halfLife).map((mean) => toLogVolatility(Number.isNaN(mean) ? 0 : mean));
}

/** The highest of the last `window` + 1 values. */
function rollingHigh(values: Float64Array, window: number): Float64Array {
  return values.map((_, t) => {
    let high = values[t]!;
    for (let s = Math.max(0, t - window); s < t; s++) high = Math.max(high, values[s]!);
    return high;
  });
}
