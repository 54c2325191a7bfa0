import { binanceCandles } from '../candles/binance.ts';
import { countOf, isRecord } from '../wire.ts';
import { changesOf, type StreamEvent, type StreamVenue, tradeOf } from './stream-venue.ts';

const pairOf = (level: unknown): readonly [unknown, unknown] | undefined =>
  Array.isArray(level) && level.length >= 2 ? [level[0], level[1]] : undefined;

/**
 * Binance spot: `SYMBOL@depth@100ms` and `SYMBOL@trade` as one combined stream. Updates say which changes they hold
 * (`U` to `u`); the book to start from is asked for over HTTP (`GET /api/v3/depth`, weight 50 at 1,000 levels).
 */
export const binanceStream: StreamVenue = {
  name: 'binance',
  origin: 'wss://stream.binance.com:9443',
  symbol: binanceCandles.symbol,
  unitOf: binanceCandles.unitOf,
  path: (symbol) => {
    const name = symbol.toLowerCase();
    return `/stream?streams=${name}@depth@100ms/${name}@trade`;
  },
  subscribe: () => [],
  parse: JSON.parse,
  decoder: (symbol) => (message) => {
    const data = isRecord(message) ? message.data : undefined;
    if (!isRecord(data)) return [{ kind: 'malformed', of: 'message' }];
    if (data.e !== 'depthUpdate' && data.e !== 'trade') return [];
    if (data.s !== symbol) return [{ kind: 'malformed', of: data.e === 'trade' ? 'trade' : 'book' }];
    return [data.e === 'trade' ? readTrade(data) : readUpdate(data)];
  },
  snapshot: {
    origin: binanceCandles.origin,
    rate: binanceCandles.rate,
    cost: 50,
    path: (symbol) => `/api/v3/depth?symbol=${symbol}&limit=1000`,
    bookOf: (answer) => {
      if (!isRecord(answer)) return undefined;
      const sequence = countOf(answer.lastUpdateId);
      const bids = changesOf('bid', answer.bids, pairOf);
      const asks = changesOf('ask', answer.asks, pairOf);
      if (sequence === undefined || bids === undefined || asks === undefined) return undefined;
      return { sequence, levels: [...bids, ...asks] };
    },
  },
};

function readUpdate(data: Readonly<Record<string, unknown>>): StreamEvent {
  const [first, last, millis] = [data.U, data.u, data.E].map(countOf);
  const [bids, asks] = [changesOf('bid', data.b, pairOf), changesOf('ask', data.a, pairOf)];
  if (first === undefined || last === undefined || millis === undefined || last < first) {
    return { kind: 'malformed', of: 'book' };
  }
  if (bids === undefined || asks === undefined) return { kind: 'malformed', of: 'book' };
  return { kind: 'update', second: millis / 1000, changes: [...bids, ...asks], sequence: { first, last } };
}

function readTrade(data: Readonly<Record<string, unknown>>): StreamEvent {
  const millis = countOf(data.T);
  // `m`: the buyer was there first, so the seller took.
  const taker = data.m === true ? 'seller' : data.m === false ? 'buyer' : undefined;
  const second = millis === undefined ? undefined : millis / 1000;
  return tradeOf({ id: countOf(data.t), second, price: data.p, quantity: data.q, taker });
}
