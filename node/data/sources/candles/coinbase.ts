import { CANDLE_INTERVALS, type CandleVenue } from './venue.ts';

/**
 * Coinbase Exchange, `GET /products/{id}/candles`: rows of six with low and high before open, newest first, 300 a page,
 * ten requests a second and address; half of that is used here. Intervals without a trade are left out.
 */
export const coinbaseCandles: CandleVenue = {
  name: 'coinbase',
  origin: 'https://api.exchange.coinbase.com',
  rate: { capacity: 5, refillPerSecond: 5 },
  cost: 1,
  pageRows: 300,
  answers: 'page',
  newestFirst: true,
  symbol: /^[A-Z0-9]{2,12}-[A-Z0-9]{2,12}$/,
  unitOf: (symbol) => symbol.split('-')[1],
  path: (symbol, interval, { from, to }) => {
    const step = CANDLE_INTERVALS[interval];
    // Both ends are with it, so the last candle asked for is the one that opens a step before the end.
    const iso = (second: number) => new Date(second * 1000).toISOString().slice(0, 19);
    return `/products/${symbol}/candles?granularity=${step}&start=${iso(from)}Z&end=${iso(to - step)}Z`;
  },
  rowsOf: (answer) => (Array.isArray(answer) ? answer : undefined),
  candleOf: (row) => {
    if (!Array.isArray(row) || row.length < 6) return undefined;
    const [openedAt, low, high, open, close, volume] = row;
    return { openedAt, open, high, low, close, volume };
  },
};
