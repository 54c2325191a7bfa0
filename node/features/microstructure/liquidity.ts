import { column, momentFeature } from '../library/feature.ts';
import { latest, STALE_AFTER } from '../library/history.ts';
import { type BookSide, midOf, volumeWithin } from './order-book.ts';
import { imbalance } from './trades.ts';

const LIQUIDITY_LEVELS = [1, 3, 5, 10] as const;
/** Shares of a side's visible volume, percent. */
const IMPACT_SHARES = [25, 50, 75, 90] as const;

/**
 * What it costs on average to take `target` coins of a side, as a distance to `reference` in shares of it: 0.001 is ten
 * basis points worse. NaN where the side holds less, or there is no reference.
 */
export function executionCost(side: BookSide, target: number, reference: number): number {
  const { price, volume, value } = side;
  const held = volume[volume.length - 1] ?? 0;
  if (!(target > 0 && target <= held)) return Number.NaN;
  let [low, high] = [0, volume.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (volume[middle]! >= target) high = middle;
    else low = middle + 1;
  }
  const before = low === 0 ? 0 : volume[low - 1]!;
  const paid = (low === 0 ? 0 : value[low - 1]!) + (target - before) * price[low]!;
  return Math.abs(paid / target - reference) / reference;
}

/** Spread, volumes and imbalance by level, and what shares of a side cost on average against the mid price. */
export const liquidity = momentFeature({
  name: 'liquidity',
  family: 'microstructure',
  description:
    'spread, and in bp of the mid; volume of 1, 3, 5, 10 levels and (B − A) / (B + A); average cost of a share of a side against the mid',
  input: 'book-and-trades',
  columns: [
    column('spread', 'price'),
    column('spread-bps', 'bp'),
    ...LIQUIDITY_LEVELS.flatMap((levels) => [
      column(`bid-volume-${levels}`, 'coin'),
      column(`ask-volume-${levels}`, 'coin'),
      column(`volume-imbalance-${levels}`, 'one'),
    ]),
    ...IMPACT_SHARES.flatMap((percent) => [
      column(`bid-impact-${percent}`, 'one'),
      column(`ask-impact-${percent}`, 'one'),
    ]),
  ],
  compute: (history, now, values, offset) => {
    const book = latest(history.books, now, STALE_AFTER.book);
    if (book === undefined) {
      values.fill(Number.NaN, offset, offset + liquidity.columns.length);
      return;
    }
    const { bids, asks } = book;
    const mid = midOf(book);
    const spread = asks.price[0]! - bids.price[0]!;
    let at = offset;
    values[at++] = spread;
    values[at++] = (1e4 * spread) / mid;
    for (const levels of LIQUIDITY_LEVELS) {
      const [bid, ask] = [volumeWithin(bids, levels), volumeWithin(asks, levels)];
      values[at++] = bid;
      values[at++] = ask;
      values[at++] = imbalance(bid, ask);
    }
    for (const percent of IMPACT_SHARES) {
      for (const side of [bids, asks]) {
        values[at++] = executionCost(side, (percent / 100) * volumeWithin(side, Number.MAX_VALUE), mid);
      }
    }
  },
});
