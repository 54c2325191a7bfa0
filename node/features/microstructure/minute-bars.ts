import { itemsWithin, type MarketHistory } from '../library/history.ts';
import { MINUTE_MS } from './trades.ts';

/** Logs of the first, highest, lowest and last price of the minutes of a window, the oldest minute first. */
export type MinuteBars = {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Minutes with a trade. */
  readonly traded: number;
};

/**
 * Bars of the minutes that end with `now`: minute j from the end is (now − (j + 1) min, now − j min]. It opens where the
 * one before closed, at the first trade if there was none within an hour before; a minute without trades stands still.
 */
export function minuteBars(history: MarketHistory, now: number, minutes: number): MinuteBars {
  const span = minutes * MINUTE_MS;
  const trades = itemsWithin(history.trades, now, span);
  const before = itemsWithin(history.trades, now - span, 60 * MINUTE_MS).at(-1);
  let last = Math.log((before ?? trades[0])?.price ?? Number.NaN);
  const [open, high, low, close] = [0, 0, 0, 0].map(() => new Float64Array(minutes));
  let [next, traded] = [0, 0];
  for (let m = 0; m < minutes; m++) {
    const end = now - span + (m + 1) * MINUTE_MS;
    let [top, bottom] = [last, last];
    open![m] = last;
    const first = next;
    for (; next < trades.length && trades[next]!.time <= end; next++) {
      last = Math.log(trades[next]!.price);
      top = Math.max(top, last);
      bottom = Math.min(bottom, last);
    }
    if (next > first) traded++;
    high![m] = top;
    low![m] = bottom;
    close![m] = last;
  }
  return { open: open!, high: high!, low: low!, close: close!, traded };
}
