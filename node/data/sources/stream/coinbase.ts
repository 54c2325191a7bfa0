import { coinbaseCandles } from '../candles/coinbase.ts';
import { countOf, isRecord, secondOfTime } from '../wire.ts';
import type { BookChange } from './order-book.ts';
import { changeOf, type StreamEvent, type StreamVenue, tradeOf } from './stream-venue.ts';

/**
 * Coinbase, Advanced Trade: channels `level2` (whose messages say `l2_data`), `market_trades` and `heartbeats`, open to
 * all. Every message of a connection is counted (`sequence_num`), so a missing one is seen at the next.
 */
export const coinbaseStream: StreamVenue = {
  name: 'coinbase',
  origin: 'wss://advanced-trade-ws.coinbase.com',
  symbol: coinbaseCandles.symbol,
  unitOf: coinbaseCandles.unitOf,
  path: () => '',
  subscribe: (symbol) =>
    ['heartbeats', 'level2', 'market_trades'].map((channel) => ({
      type: 'subscribe',
      product_ids: [symbol],
      channel,
    })),
  parse: JSON.parse,
  decoder: (symbol) => {
    let next: number | undefined;
    return (message) => {
      if (!isRecord(message)) return [{ kind: 'malformed', of: 'message' }];
      if (message.type === 'error') return [{ kind: 'refused', reason: String(message.message) }];
      const number = countOf(message.sequence_num);
      if (number === undefined) return [{ kind: 'lost', reason: 'a message without its number' }];
      if (next !== undefined && number !== next) {
        return [{ kind: 'lost', reason: `message ${number} after ${next - 1}` }];
      }
      next = number + 1;
      const { channel, events } = message;
      if (channel !== 'l2_data' && channel !== 'market_trades') return [];
      const of = channel === 'l2_data' ? 'book' : 'trade';
      if (!Array.isArray(events)) return [{ kind: 'malformed', of }];
      const second = secondOfTime(message.timestamp);
      return events.flatMap((event) =>
        of === 'book' ? [readBook(event, symbol, second)] : readTrades(event, symbol),
      );
    };
  },
};

function readBook(event: unknown, symbol: string, second: number | undefined): StreamEvent {
  const malformed: StreamEvent = { kind: 'malformed', of: 'book' };
  if (!isRecord(event) || event.product_id !== symbol || second === undefined) return malformed;
  if (!Array.isArray(event.updates)) return malformed;
  const changes: BookChange[] = [];
  for (const update of event.updates) {
    const side = isRecord(update) ? SIDES.get(update.side) : undefined;
    if (!isRecord(update) || side === undefined) return malformed;
    const change = changeOf(side, update.price_level, update.new_quantity);
    if (change === undefined) return malformed;
    changes.push(change);
  }
  if (event.type === 'snapshot') return { kind: 'snapshot', second, levels: changes };
  return event.type === 'update' ? { kind: 'update', second, changes } : malformed;
}

const SIDES: ReadonlyMap<unknown, 'bid' | 'ask'> = new Map([
  ['bid', 'bid'],
  ['offer', 'ask'],
]);

/** Trades of one event come newest first. */
function readTrades(event: unknown, symbol: string): StreamEvent[] {
  if (!isRecord(event) || !Array.isArray(event.trades)) return [{ kind: 'malformed', of: 'trade' }];
  return event.trades.toReversed().map((trade) => {
    if (!isRecord(trade) || trade.product_id !== symbol) return { kind: 'malformed', of: 'trade' };
    // The side is that of the order that was there first.
    const taker = trade.side === 'SELL' ? 'buyer' : trade.side === 'BUY' ? 'seller' : undefined;
    const [id, second] = [countOf(trade.trade_id), secondOfTime(trade.time)];
    const read = tradeOf({ id, second, price: trade.price, quantity: trade.size, taker });
    return read.kind === 'trade' && event.type === 'snapshot' ? { ...read, again: true } : read;
  });
}
