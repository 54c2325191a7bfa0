import { BallastError } from '../../../protocol/errors.ts';

/** A trade. `side` is whose order took: a `buy` took an ask; null where nobody says. */
export type Trade = {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly price: number;
  /** Coins, 0 or more. */
  readonly size: number;
  readonly side: 'buy' | 'sell' | null;
};

export const MINUTE_MS = 60_000;

/** @throws BallastError `TRADE_INVALID` for a price not above zero or a size below it, or either not finite. */
export function requireTrade(trade: Trade, index: number): void {
  const { price, size } = trade;
  if (price > 0 && price <= 1e15 && size >= 0 && size <= 1e15) return;
  throw new BallastError(
    'TRADE_INVALID',
    `trades[${index}]: got ${size} at ${price}, expected a price above 0 and a size of 0 or more, at most 1e15`,
    { metadata: { index } },
  );
}

/** What was traded in a window. */
export type TradeTotals = {
  readonly count: number;
  readonly buys: number;
  readonly sells: number;
  /** Coins. */
  readonly volume: number;
  readonly buyVolume: number;
  readonly sellVolume: number;
  /** Money. */
  readonly notional: number;
};

export function totalsOf(trades: readonly Trade[]): TradeTotals {
  const totals = { count: 0, buys: 0, sells: 0, volume: 0, buyVolume: 0, sellVolume: 0, notional: 0 };
  for (const { price, size, side } of trades) {
    totals.count++;
    totals.volume += size;
    totals.notional += size * price;
    if (side === 'buy') {
      totals.buys++;
      totals.buyVolume += size;
    } else if (side === 'sell') {
      totals.sells++;
      totals.sellVolume += size;
    }
  }
  return totals;
}

/** (a − b) / (a + b), from −1 to 1; 0 where both are 0. */
export function imbalance(a: number, b: number): number {
  const sum = a + b;
  return sum === 0 ? 0 : (a - b) / sum;
}

/** Bound of a log ratio: a thousand to one. */
const LOG_RATIO_LIMIT = Math.log(1_000);

/** ln(a / b) within ±`LOG_RATIO_LIMIT`; NaN where both are 0. */
export function logRatio(a: number, b: number): number {
  if (a === 0 && b === 0) return Number.NaN;
  return Math.max(-LOG_RATIO_LIMIT, Math.min(LOG_RATIO_LIMIT, Math.log(a / b)));
}
