import { column, momentFeature } from '../library/feature.ts';
import { hasBegun, itemsWithin } from '../library/history.ts';
import { imbalance, MINUTE_MS, totalsOf } from './trades.ts';

/** Minutes. */
const TRADE_WINDOWS = [1, 5, 15, 30] as const;

/** Count, volume, notional, mean size and (buys − sells) / (buys + sells) of the trades. */
export const tradeActivity = momentFeature({
  name: 'trade-activity',
  family: 'microstructure',
  description: `count, volume, notional, mean size, (b − s) / (b + s) by count, ${TRADE_WINDOWS.join(', ')} minutes`,
  input: 'book-and-trades',
  columns: TRADE_WINDOWS.flatMap((minutes) => [
    column(`trade-count-${minutes}m`, 'count'),
    column(`trade-volume-${minutes}m`, 'coin'),
    column(`trade-notional-${minutes}m`, 'money'),
    column(`trade-size-${minutes}m`, 'coin'),
    column(`side-imbalance-${minutes}m`, 'one'),
  ]),
  compute: (history, now, values, offset) => {
    if (!hasBegun(history.trades, now)) {
      values.fill(Number.NaN, offset, offset + tradeActivity.columns.length);
      return;
    }
    let at = offset;
    for (const minutes of TRADE_WINDOWS) {
      const totals = totalsOf(itemsWithin(history.trades, now, minutes * MINUTE_MS));
      values[at++] = totals.count;
      values[at++] = totals.volume;
      values[at++] = totals.notional;
      values[at++] = totals.volume / totals.count;
      values[at++] = imbalance(totals.buys, totals.sells);
    }
  },
});
