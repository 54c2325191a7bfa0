import type { AnswerVerdict } from '../http/json-client.ts';
import { isRecord } from '../wire.ts';
import { CANDLE_INTERVALS, type CandleVenue, quoteOf } from './venue.ts';

/**
 * Kraken, `GET /0/public/OHLC`: rows of eight, oldest first, under the venue's own name of the pair, the last 720 and no
 * more whatever `since` says, the last of them not complete. One request a second and address.
 */
export const krakenCandles: CandleVenue = {
  name: 'kraken',
  origin: 'https://api.kraken.com',
  rate: { capacity: 1, refillPerSecond: 1 },
  cost: 1,
  pageRows: 721,
  answers: 'since',
  newestFirst: false,
  symbol: /^[A-Z0-9]{5,20}$/,
  unitOf: quoteOf(['USDT', 'USDC', 'USD', 'EUR', 'GBP', 'DAI', 'XBT', 'ETH']),
  // `since` is exclusive.
  path: (symbol, interval, { from }) =>
    `/0/public/OHLC?pair=${symbol}&interval=${CANDLE_INTERVALS[interval] / 60}&since=${from - 1}`,
  judge: krakenVerdict,
  rowsOf: (answer) => {
    if (!isRecord(answer) || !isRecord(answer.result)) return undefined;
    const pairs = Object.entries(answer.result).filter(([name]) => name !== 'last');
    const rows = pairs[0]?.[1];
    return pairs.length === 1 && Array.isArray(rows) ? rows : undefined;
  },
  candleOf: (row) => {
    if (!Array.isArray(row) || row.length < 8) return undefined;
    const [openedAt, open, high, low, close, , volume] = row;
    return { openedAt, open, high, low, close, volume };
  },
};

/** Kraken answers errors with status 200 and a list of texts. */
function krakenVerdict(answer: unknown): AnswerVerdict | undefined {
  if (!isRecord(answer) || !Array.isArray(answer.error) || answer.error.length === 0) return undefined;
  const reason = String(answer.error[0]);
  if (/Too many requests|Rate limit/i.test(reason)) return { kind: 'throttled' };
  if (reason.startsWith('EService:')) return { kind: 'busy' };
  return { kind: 'refused', reason };
}
