import { crc32 } from 'node:zlib';
import { countOf, isRecord, secondOfTime } from '../wire.ts';
import type { OrderBook } from './order-book.ts';
import { changesOf, type StreamEvent, type StreamVenue, tradeOf } from './stream-venue.ts';

/** Levels of a side that the checksum covers, whatever depth is subscribed. */
const CHECKED_LEVELS = 10;
const DEPTH = 100;

const pairOf = (level: unknown): readonly [unknown, unknown] | undefined =>
  isRecord(level) ? [level.price, level.qty] : undefined;

/**
 * Kraken, WebSocket v2: channels `book` and `trade`. Nothing is counted; every message of the book has a CRC32 of its
 * best ten levels as they are written, so prices and quantities are kept as text.
 */
export const krakenStream: StreamVenue = {
  name: 'kraken',
  origin: 'wss://ws.kraken.com',
  symbol: /^[A-Z0-9]{2,12}\/[A-Z0-9]{2,12}$/,
  unitOf: (symbol) => symbol.split('/')[1],
  depth: DEPTH,
  path: () => '/v2',
  subscribe: (symbol) => [
    { method: 'subscribe', params: { channel: 'book', symbol: [symbol], depth: DEPTH } },
    { method: 'subscribe', params: { channel: 'trade', symbol: [symbol], snapshot: false } },
  ],
  parse: parseAsWritten,
  decoder: (symbol) => (message) => {
    if (!isRecord(message)) return [{ kind: 'malformed', of: 'message' }];
    if (message.success === false) return [{ kind: 'refused', reason: String(message.error) }];
    if (message.channel !== 'book' && message.channel !== 'trade') return [];
    const of = message.channel;
    if (!Array.isArray(message.data)) return [{ kind: 'malformed', of }];
    return message.data.flatMap((each): StreamEvent[] => {
      if (!isRecord(each) || each.symbol !== symbol) return [{ kind: 'malformed', of }];
      return of === 'book' ? readBook(each, message.type) : [readTrade(each)];
    });
  },
  checksumOf: krakenChecksum,
};

/**
 * CRC32 of the best ten asks, then bids, each as price and quantity without point and leading zeros (Kraken, "Book
 * checksum (WebSocket v2)").
 */
export function krakenChecksum(book: OrderBook): number {
  const digits = (text: string) => text.replace('.', '').replace(/^0+/, '');
  const told = (side: 'bid' | 'ask') =>
    book
      .side(side)
      .slice(0, CHECKED_LEVELS)
      .map(({ priceText, quantityText }) => digits(priceText) + digits(quantityText))
      .join('');
  return crc32(told('ask') + told('bid'));
}

function readBook(each: Readonly<Record<string, unknown>>, type: unknown): StreamEvent[] {
  const [bids, asks] = [changesOf('bid', each.bids, pairOf), changesOf('ask', each.asks, pairOf)];
  const checksum = countOf(each.checksum);
  // A snapshot may come without a time: it is of now.
  const second =
    each.timestamp === undefined && type === 'snapshot' ? Number.NaN : secondOfTime(each.timestamp);
  if (bids === undefined || asks === undefined || checksum === undefined || second === undefined) {
    return [{ kind: 'malformed', of: 'book' }];
  }
  const levels = [...bids, ...asks];
  if (type !== 'snapshot' && type !== 'update') return [{ kind: 'malformed', of: 'book' }];
  const event: StreamEvent =
    type === 'snapshot' ? { kind: 'snapshot', second, levels } : { kind: 'update', second, changes: levels };
  return [event, { kind: 'check', checksum }];
}

function readTrade(each: Readonly<Record<string, unknown>>): StreamEvent {
  const taker = each.side === 'buy' ? 'buyer' : each.side === 'sell' ? 'seller' : undefined;
  const [id, second] = [countOf(each.trade_id), secondOfTime(each.timestamp)];
  return tradeOf({ id, second, price: each.price, quantity: each.qty, taker });
}

/** JSON whose prices and quantities stay the text that they are on the wire. */
function parseAsWritten(text: string): unknown {
  const keep = (key: string, value: unknown, context?: { readonly source?: string }) =>
    (key === 'price' || key === 'qty') && typeof value === 'number' ? (context?.source ?? value) : value;
  return JSON.parse(text, keep);
}
