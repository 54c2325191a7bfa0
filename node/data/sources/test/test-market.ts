import type { BookLevel } from '../data-source.ts';
import { krakenChecksum } from '../stream/kraken.ts';
import type { STREAM_VENUES } from '../stream/market-stream.ts';
import { type BookChange, OrderBook } from '../stream/order-book.ts';

export type StreamVenueName = keyof typeof STREAM_VENUES;
export const STREAM_SYMBOLS = { binance: 'BTCUSDT', coinbase: 'BTC-USD', kraken: 'BTC/USD' } as const;

type Levels = { readonly bids?: readonly BookLevel[]; readonly asks?: readonly BookLevel[] };
type Trade = {
  readonly id: number;
  readonly price: number;
  readonly quantity: number;
  readonly taker: 'buyer' | 'seller';
};

const price = (value: number) => value.toFixed(1);
const amount = (value: number) => value.toFixed(8);
const iso = (second: number) => new Date(second * 1000).toISOString();

/** A market as each venue puts it on the wire. */
export class TestMarket {
  readonly venue: StreamVenueName;
  readonly book = new OrderBook();
  /** Number of the next message, or of the next change of the book. */
  number = 0;

  constructor(venue: StreamVenueName) {
    this.venue = venue;
  }

  /** Something happens that nobody is told of. */
  miss(): void {
    this.number++;
  }

  snapshot(levels: Levels, second: number): string {
    this.book.reset(changes(levels));
    if (this.venue === 'kraken') return this.#kraken('snapshot', levels, second);
    return this.#coinbase('snapshot', levels, second);
  }

  /** What Binance answers to the question for its book. */
  httpBook(): object {
    const told = (side: 'bid' | 'ask') =>
      this.book.best(side, 1000).map(([p, q]) => [p.toFixed(8), amount(q)]);
    return { lastUpdateId: this.number - 1, bids: told('bid'), asks: told('ask') };
  }

  update(levels: Levels, second: number): string {
    this.book.apply(changes(levels));
    if (this.venue === 'kraken') return this.#kraken('update', levels, second);
    if (this.venue === 'coinbase') return this.#coinbase('update', levels, second);
    const list = (side: readonly BookLevel[] = []) => side.map(([p, q]) => [p.toFixed(8), amount(q)]);
    const first = this.number;
    const last = first + Math.max(1, (levels.bids?.length ?? 0) + (levels.asks?.length ?? 0)) - 1;
    this.number = last + 1;
    const data = {
      e: 'depthUpdate',
      E: Math.round(second * 1000),
      s: STREAM_SYMBOLS.binance,
      U: first,
      u: last,
    };
    const stream = 'btcusdt@depth@100ms';
    return JSON.stringify({ stream, data: { ...data, b: list(levels.bids), a: list(levels.asks) } });
  }

  trade(trade: Trade, second: number): string {
    return this.trades([trade], second, 'update');
  }

  /** Oldest first. */
  trades(trades: readonly Trade[], second: number, type: 'snapshot' | 'update'): string {
    const symbol = STREAM_SYMBOLS[this.venue];
    if (this.venue === 'binance') {
      const [trade] = trades;
      const millis = Math.round(second * 1000);
      const data = {
        ...{ e: 'trade', E: millis, s: symbol, t: trade?.id, p: price(trade?.price ?? 0) },
        ...{ q: amount(trade?.quantity ?? 0), T: millis, m: trade?.taker === 'seller', M: true },
      };
      return JSON.stringify({ stream: 'btcusdt@trade', data });
    }
    if (this.venue === 'kraken') {
      const data = trades.map(({ id, price: p, quantity, taker }) => {
        const side = taker === 'buyer' ? 'buy' : 'sell';
        const head = `"symbol":"${symbol}","side":"${side}","price":${price(p)},"qty":${amount(quantity)}`;
        return `{${head},"ord_type":"limit","trade_id":${id},"timestamp":"${iso(second)}"}`;
      });
      return `{"channel":"trade","type":"${type}","data":[${data.join(',')}]}`;
    }
    const told = trades.toReversed().map(({ id, price: p, quantity, taker }) => ({
      ...{ trade_id: String(id), product_id: symbol, price: price(p), size: amount(quantity) },
      ...{ side: taker === 'buyer' ? 'SELL' : 'BUY', time: iso(second) },
    }));
    return this.#envelope('market_trades', [{ type, trades: told }], second);
  }

  #envelope(channel: string, events: unknown, second: number): string {
    const sequence = this.number++;
    const head = { channel, client_id: '', timestamp: iso(second), sequence_num: sequence };
    return JSON.stringify({ ...head, events });
  }

  #coinbase(type: 'snapshot' | 'update', { bids = [], asks = [] }: Levels, second: number): string {
    const told = (side: string, levels: readonly BookLevel[]) =>
      levels.map(([p, q]) => ({
        side,
        event_time: iso(second),
        price_level: price(p),
        new_quantity: amount(q),
      }));
    const updates = [...told('bid', bids), ...told('offer', asks)];
    return this.#envelope('l2_data', [{ type, product_id: STREAM_SYMBOLS.coinbase, updates }], second);
  }

  #kraken(type: 'snapshot' | 'update', { bids = [], asks = [] }: Levels, second: number): string {
    const told = (levels: readonly BookLevel[]) =>
      levels.map(([p, q]) => `{"price":${price(p)},"qty":${amount(q)}}`).join(',');
    const time = type === 'snapshot' ? '' : `,"timestamp":"${iso(second)}"`;
    const checksum = krakenChecksum(this.book);
    const data = `{"symbol":"BTC/USD","bids":[${told(bids)}],"asks":[${told(asks)}],"checksum":${checksum}${time}}`;
    return `{"channel":"book","type":"${type}","data":[${data}]}`;
  }
}

export function changes({ bids = [], asks = [] }: Levels): BookChange[] {
  const side = (name: 'bid' | 'ask', levels: readonly BookLevel[]) =>
    levels.map(([p, q]) => ({
      ...{ side: name, price: p, quantity: q },
      ...{ priceText: price(p), quantityText: amount(q) },
    }));
  return [...side('bid', bids), ...side('ask', asks)];
}
