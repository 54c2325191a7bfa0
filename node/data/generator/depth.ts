import { type OrderBook, orderBook } from '../../features/library/index.ts';
import type { Prng } from '../prng.ts';

const LEVELS = 12;
/** Depth never falls below this log of its usual. */
const MOST_LOSS = 3;
/** Half-life of what a withdrawal or a storm took away, hours. */
const RECOVERY = Math.LN2 / 30;

/**
 * The depth of one market, as a log of its usual money within a percent of the mid. It recovers towards a level that
 * stress, volatility and sales of liquidated collateral lower; makers withdraw in jumps, far more often under stress,
 * and more of them where depth has begun to go.
 */
export function createDepth(prng: Prng) {
  const usual = Math.log(prng.between(3e5, 6e6));
  let level = 0;
  return {
    /** @param heat log of volatility over its usual. @param sold money of collateral that liquidations sold this hour. */
    step: (stressed: boolean, heat: number, sold: number): number => {
      const rest = (stressed ? -0.5 : 0) - 0.35 * Math.max(-1, Math.min(2, heat));
      const rate = (stressed ? 1 / 30 : 1 / 400) * Math.exp(0.8 * Math.max(0, Math.min(1, rest - level)));
      if (prng.uniform() < rate) level -= prng.between(0.3, 1.4);
      level += RECOVERY * (rest - level) + 0.04 * prng.normal();
      level -= Math.min(0.8, 0.5 * (sold / Math.exp(usual + level)));
      level = Math.max(-MOST_LOSS, Math.min(1.5, level));
      return level;
    },
    /** The book at a mid price; wider and thinner as depth goes. */
    bookAt: (time: number, mid: number, heat: number): OrderBook => {
      const half = mid * 0.0002 * Math.exp(-0.6 * level + 0.4 * heat) * Math.exp(0.1 * prng.normal());
      const lean = Math.max(-0.6, Math.min(0.6, 0.15 * prng.normal()));
      const side = (sign: 1 | -1) =>
        Array.from({ length: LEVELS }, (_, k) => ({
          price: mid + sign * (half + (mid * 0.012 * k) / LEVELS),
          size: (Math.exp(usual + level) * (1 + sign * lean) * (0.5 + k / LEVELS)) / (LEVELS * mid),
        }));
      return orderBook({ time, bids: side(-1), asks: side(1) });
    },
  };
}
