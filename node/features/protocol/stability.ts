import { type BarFeature, barFeature, column, momentFeature } from '../library/feature.ts';
import { latest, STALE_AFTER } from '../library/history.ts';
import { type BookSide, midOf } from '../microstructure/order-book.ts';
import { logRatio } from '../microstructure/trades.ts';
import { ExtremeWindow } from '../streaming/extremes.ts';
import { MomentWindow } from '../streaming/moments.ts';
import { Ring } from '../streaming/ring.ts';

/** Bars of the peg's history: a day and a week of hours. */
const STABILITY_WINDOWS = [24, 168] as const;

/** Part of the mid price within which orders hold the peg. */
const PEG_DEPTH = 0.01;

/**
 * Deviation (price − target) / target, with its sign and without; of its size over 24 and 168 bars the sample standard
 * deviation, largest and mean; of as many returns the sample standard deviation, skewness m₃ / m₂^1.5 and excess kurtosis
 * m₄ / m₂² − 3, both 0 where nothing moves.
 *
 * @param target price that the coin is held to, above zero.
 */
export function stability(target: number): BarFeature {
  return barFeature({
    name: 'stability',
    family: 'protocol',
    description: `(price − target) / target and its size; std, max, mean of the size and std, skew, excess kurtosis of returns over ${STABILITY_WINDOWS.join(' and ')} bars`,
    columns: [
      column('peg-deviation', 'one'),
      column('peg-distance', 'one'),
      ...STABILITY_WINDOWS.flatMap((bars) => [
        column(`peg-distance-std-${bars}`, 'one'),
        column(`peg-distance-max-${bars}`, 'one'),
        column(`peg-distance-mean-${bars}`, 'one'),
        column(`peg-return-std-${bars}`, 'one'),
        column(`peg-return-skew-${bars}`, 'one'),
        column(`peg-return-kurtosis-${bars}`, 'one'),
      ]),
    ],
    warmupBars: Math.max(...STABILITY_WINDOWS) + 1,
    create: () => {
      const past = new Ring(1);
      const windows = STABILITY_WINDOWS.map((bars) => ({
        distances: new MomentWindow(bars),
        largest: new ExtremeWindow('max', bars),
        returns: new MomentWindow(bars),
      }));
      return (bar, values, offset) => {
        const deviation = (bar.close - target) / target;
        const distance = Math.abs(deviation);
        const change = bar.close / past.ago(0) - 1;
        past.push(bar.close);
        values[offset] = deviation;
        values[offset + 1] = distance;
        let at = offset + 2;
        for (const { distances, largest, returns } of windows) {
          distances.push(distance);
          largest.push(distance);
          returns.push(change);
          const mean = distances.isFull ? distances.mean : Number.NaN;
          const isKnown = Number.isFinite(mean);
          values[at++] = isKnown ? distances.std() : Number.NaN;
          values[at++] = isKnown ? largest.value : Number.NaN;
          values[at++] = mean;
          values[at++] = returns.isFull ? returns.std() : Number.NaN;
          values[at++] = returns.isFull ? returns.skewness : Number.NaN;
          values[at++] = returns.isFull ? returns.excessKurtosis : Number.NaN;
        }
      };
    },
  });
}

/** What stands within 1 % of the mid price on either side: money, ln(bid / ask) within ±ln 1000, and both together. */
export const pegDepth = momentFeature({
  name: 'peg-depth',
  family: 'protocol',
  description: 'money bid and asked within 1 % of the mid, ln(bid / ask) within ±ln 1000, and the sum',
  input: 'book-and-trades',
  columns: [
    column('bid-depth', 'money'),
    column('ask-depth', 'money'),
    column('depth-log-ratio', 'log'),
    column('depth', 'money'),
  ],
  compute: (history, now, values, offset) => {
    const book = latest(history.books, now, STALE_AFTER.book);
    const mid = book === undefined ? Number.NaN : midOf(book);
    const bid =
      book === undefined ? Number.NaN : moneyUntil(book.bids, (price) => price >= mid * (1 - PEG_DEPTH));
    const ask =
      book === undefined ? Number.NaN : moneyUntil(book.asks, (price) => price <= mid * (1 + PEG_DEPTH));
    const isKnown = Number.isFinite(mid);
    values[offset] = isKnown ? bid : Number.NaN;
    values[offset + 1] = isKnown ? ask : Number.NaN;
    values[offset + 2] = isKnown ? logRatio(bid, ask) : Number.NaN;
    values[offset + 3] = isKnown ? bid + ask : Number.NaN;
  },
});

function moneyUntil({ price, value }: BookSide, isNear: (price: number) => boolean): number {
  let [low, high] = [0, price.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isNear(price[middle]!)) low = middle + 1;
    else high = middle;
  }
  return value[low - 1] ?? 0;
}
