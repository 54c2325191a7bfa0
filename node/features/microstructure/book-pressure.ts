import { column, momentFeature } from '../library/feature.ts';
import { latest, STALE_AFTER } from '../library/history.ts';
import { valueWithin, volumeWithin } from './order-book.ts';
import { imbalance, logRatio } from './trades.ts';

const PRESSURE_DEPTHS = [5, 10, 20] as const;

/** ln(bid volume / ask volume) within ±ln 1000, the money on either side, and its imbalance. */
export const bookPressure = momentFeature({
  name: 'book-pressure',
  family: 'microstructure',
  description: 'ln(bid / ask volume) within ±ln 1000, bid and ask value, value imbalance, 5, 10, 20 levels',
  input: 'book-and-trades',
  columns: PRESSURE_DEPTHS.flatMap((levels) => [
    column(`volume-log-ratio-${levels}`, 'log'),
    column(`bid-value-${levels}`, 'money'),
    column(`ask-value-${levels}`, 'money'),
    column(`value-imbalance-${levels}`, 'one'),
  ]),
  compute: (history, now, values, offset) => {
    const book = latest(history.books, now, STALE_AFTER.book);
    if (book === undefined) {
      values.fill(Number.NaN, offset, offset + bookPressure.columns.length);
      return;
    }
    const { bids, asks } = book;
    let at = offset;
    for (const levels of PRESSURE_DEPTHS) {
      const [bid, ask] = [valueWithin(bids, levels), valueWithin(asks, levels)];
      values[at++] = logRatio(volumeWithin(bids, levels), volumeWithin(asks, levels));
      values[at++] = bid;
      values[at++] = ask;
      values[at++] = imbalance(bid, ask);
    }
  },
});
