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
  let last = (before ?? trades[0])?.price ?? Number.NaN;
  const open = new Float64Array(minutes);
  const high = new Float64Array(minutes);
  const low = new Float64Array(minutes);
  const close = new Float64Array(minutes);
  let traded = 0;
  let minute = -1;
  /** Minutes without trades up to the given one stand where the last trade was. */
  const standStill = (until: number) => {
    while (minute < until) {
      minute++;
      open[minute] = high[minute] = low[minute] = close[minute] = last;
    }
  };
  let lastTraded = -1;
  for (const { time, price } of trades) {
    // (now − (j + 1) min, now − j min] is the j-th minute from the end.
    standStill(minutes - 1 - Math.floor((now - time) / MINUTE_MS));
    if (minute !== lastTraded) traded++;
    lastTraded = minute;
    last = price;
    if (price > high[minute]!) high[minute] = price;
    if (price < low[minute]!) low[minute] = price;
    close[minute] = price;
  }
  standStill(minutes - 1);
  for (const prices of [open, high, low, close]) {
    for (let m = 0; m < minutes; m++) prices[m] = Math.log(prices[m]!);
  }
  return { open, high, low, close, traded };
}
