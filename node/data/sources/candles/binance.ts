import { numberOf } from '../wire.ts';
import { type CandleVenue, quoteOf } from './venue.ts';

/**
 * Binance spot, `GET /api/v3/klines`: rows of twelve, oldest first, times in milliseconds, 1,000 a page at a weight of 2
 * of the 6,000 a minute and address; half of that is used here.
 */
export const binanceCandles: CandleVenue = {
  name: 'binance',
  origin: 'https://api.binance.com',
  rate: { capacity: 100, refillPerSecond: 50 },
  cost: 2,
  pageRows: 1000,
  answers: 'page',
  newestFirst: false,
  symbol: /^[A-Z0-9]{2,20}$/,
  unitOf: quoteOf(['USDT', 'USDC', 'FDUSD', 'TUSD', 'BUSD', 'DAI', 'EUR', 'TRY', 'BTC', 'ETH', 'BNB']),
  path: (symbol, interval, { from, to }) =>
    `/api/v3/klines?symbol=${symbol}&interval=${interval}&startTime=${from * 1000}&endTime=${to * 1000 - 1}&limit=1000`,
  rowsOf: (answer) => (Array.isArray(answer) ? answer : undefined),
  candleOf: (row) => {
    if (!Array.isArray(row) || row.length < 11) return undefined;
    const [openTime, open, high, low, close, volume] = row;
    const millis = numberOf(openTime);
    return { openedAt: millis === undefined ? undefined : millis / 1000, open, high, low, close, volume };
  },
};
