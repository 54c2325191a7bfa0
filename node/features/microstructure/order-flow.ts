import { column, momentFeature } from '../library/feature.ts';
import { hasBegun, itemsWithin, latest, STALE_AFTER } from '../library/history.ts';
import { midOf } from './order-book.ts';
import { imbalance, MINUTE_MS, totalsOf } from './trades.ts';

/** Minutes. */
const FLOW_WINDOWS = [1, 5, 15, 60] as const;

/**
 * Coins bought and sold, (B − S) / (B + S), and the mean price by volume against the mid, (VWAP − mid) / mid. A window
 * without trades has zero volumes, an imbalance of 0, and no mean price; before the first trade all is missing.
 */
export const orderFlow = momentFeature({
  name: 'order-flow',
  family: 'microstructure',
  description: `bought, sold, (B − S) / (B + S), (VWAP − mid) / mid in the last ${FLOW_WINDOWS.join(', ')} minutes`,
  input: 'book-and-trades',
  columns: FLOW_WINDOWS.flatMap((minutes) => [
    column(`buy-volume-${minutes}m`, 'coin'),
    column(`sell-volume-${minutes}m`, 'coin'),
    column(`flow-imbalance-${minutes}m`, 'one'),
    column(`vwap-premium-${minutes}m`, 'one'),
  ]),
  compute: (history, now, values, offset) => {
    if (!hasBegun(history.trades, now)) {
      values.fill(Number.NaN, offset, offset + orderFlow.columns.length);
      return;
    }
    const book = latest(history.books, now, STALE_AFTER.book);
    const mid = book === undefined ? Number.NaN : midOf(book);
    let at = offset;
    for (const minutes of FLOW_WINDOWS) {
      const totals = totalsOf(itemsWithin(history.trades, now, minutes * MINUTE_MS));
      values[at++] = totals.buyVolume;
      values[at++] = totals.sellVolume;
      values[at++] = imbalance(totals.buyVolume, totals.sellVolume);
      // Trades of size zero have no mean price: 0 / 0 is missing.
      values[at++] = (totals.notional / totals.volume - mid) / mid;
    }
  },
});
