import { BallastError } from '../../../protocol/errors.ts';
import { type BookLevel, type OrderBook, orderBook } from './order-book.ts';

/** Most ranges of one pool. */
export const MOST_RANGES = 10_000;

/**
 * Liquidity L of a pool between two prices: the pool holds L (1/√p − 1/√upper) coins and L (√p − √lower) money there
 * (Adams, Zinsmeister, Salem, Keefer and Robinson 2021, "Uniswap v3 Core"). A pool of x y = k is one range from 0 to
 * infinity with L = √k.
 */
export type LiquidityRange = { readonly lower: number; readonly upper: number; readonly liquidity: number };

export type AmmPool = {
  readonly time: number;
  /** Money per coin. */
  readonly price: number;
  /** Share of what is paid in that the pool keeps, 0 or more and below 1. */
  readonly fee: number;
  readonly ranges: readonly LiquidityRange[];
};

/** How a curve is cut into levels: `levels` a side, each `step` (a share of the price) from the one before. */
export type DepthGrid = { readonly step: number; readonly levels: number };

export const DEPTH_GRID: DepthGrid = { step: 5e-4, levels: 40 };

/** The pool of x coins and y money whose product is kept. */
export function constantProductPool(options: {
  readonly time: number;
  readonly coins: number;
  readonly money: number;
  readonly fee: number;
}): AmmPool {
  const { time, coins, money, fee } = options;
  const liquidity = Math.sqrt(coins) * Math.sqrt(money);
  const ranges = [{ lower: 0, upper: Number.POSITIVE_INFINITY, liquidity }];
  return { time, price: money / coins, fee, ranges };
}

/**
 * A pool as an order book: a level holds what the pool trades between two prices of the grid, at what that costs on
 * average with the fee, so that walking the levels costs what trading with the pool does. A level without liquidity is
 * left out.
 *
 * @throws BallastError `POOL_INVALID` for a price, fee, range or grid outside its bounds, or more than `MOST_RANGES`.
 */
export function syntheticBook(pool: AmmPool, grid: DepthGrid = DEPTH_GRID): OrderBook {
  requirePool(pool, grid);
  const asks: BookLevel[] = [];
  const bids: BookLevel[] = [];
  for (let i = 0; i < grid.levels; i++) {
    const [near, far] = [pool.price * (1 + grid.step) ** i, pool.price * (1 + grid.step) ** (i + 1)];
    const ask = between(pool.ranges, near, far);
    if (ask.coins > 0) asks.push({ price: ask.money / ask.coins / (1 - pool.fee), size: ask.coins });
    const bid = between(pool.ranges, pool.price ** 2 / far, pool.price ** 2 / near);
    // Whoever sells pays the fee in coins: the pool takes `coins` of what is brought.
    if (bid.coins > 0) {
      bids.push({ price: (bid.money / bid.coins) * (1 - pool.fee), size: bid.coins / (1 - pool.fee) });
    }
  }
  return orderBook({ time: pool.time, bids, asks });
}

/** Coins and money that the pool trades when its price goes from one to the other. */
function between(
  ranges: readonly LiquidityRange[],
  from: number,
  to: number,
): { coins: number; money: number } {
  let [coins, money] = [0, 0];
  for (const { lower, upper, liquidity } of ranges) {
    const [a, b] = [Math.sqrt(Math.max(from, lower)), Math.sqrt(Math.min(to, upper))];
    if (b <= a) continue;
    coins += (liquidity * (b - a)) / (a * b);
    money += liquidity * (b - a);
  }
  return { coins, money };
}

function requirePool({ price, fee, ranges }: AmmPool, { step, levels }: DepthGrid): void {
  const refuse = (field: string, got: unknown, expected: string): never => {
    throw new BallastError('POOL_INVALID', `pool: ${field}: got ${String(got)}, expected ${expected}`, {
      metadata: { field },
    });
  };
  if (!(price >= 1e-15 && price <= 1e15)) refuse('price', price, 'a number from 1e-15 to 1e15');
  if (!(fee >= 0 && fee < 1)) refuse('fee', fee, 'a number from 0 to below 1');
  if (!(step > 0 && step <= 0.1)) refuse('grid.step', step, 'a number above 0, at most 0.1');
  if (!(Number.isInteger(levels) && levels >= 1 && levels <= 1_000))
    refuse('grid.levels', levels, '1 to 1000');
  if (ranges.length > MOST_RANGES) refuse('ranges', ranges.length, `at most ${MOST_RANGES}`);
  for (const [i, { lower, upper, liquidity }] of ranges.entries()) {
    if (!(lower >= 0 && upper > lower)) refuse(`ranges[${i}]`, `${lower} to ${upper}`, '0 ≤ lower < upper');
    if (!(liquidity >= 0 && liquidity <= 1e15)) {
      refuse(`ranges[${i}].liquidity`, liquidity, 'a number from 0 to 1e15');
    }
  }
}
