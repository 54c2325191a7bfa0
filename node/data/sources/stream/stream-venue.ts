import type { RateRule } from '../http/token-bucket.ts';
import { numberOf } from '../wire.ts';
import type { BookChange, OrderBook } from './order-book.ts';

export type StreamTrade = {
  readonly id: number;
  readonly second: number;
  readonly price: number;
  readonly quantity: number;
  readonly taker: 'buyer' | 'seller';
};

/** What one message says. */
export type StreamEvent =
  | { readonly kind: 'snapshot'; readonly second: number; readonly levels: readonly BookChange[] }
  | {
      readonly kind: 'update';
      readonly second: number;
      readonly changes: readonly BookChange[];
      /** Numbers of the first and last change, where the venue counts changes of the book. */
      readonly sequence?: { readonly first: number; readonly last: number };
    }
  | { readonly kind: 'check'; readonly checksum: number }
  /** `again`: of the trades before the connection, which the last one may have told already. */
  | { readonly kind: 'trade'; readonly trade: StreamTrade; readonly again?: true }
  /** Something was missed: only a new connection helps. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** What the venue should not have sent; a book that it was meant for is lost. */
  | { readonly kind: 'malformed'; readonly of: 'book' | 'trade' | 'message' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Reads the messages of one connection, in their order. */
export type StreamDecoder = (message: unknown) => readonly StreamEvent[];

/** How one exchange streams books and trades. */
export type StreamVenue = {
  readonly name: string;
  readonly origin: string;
  readonly symbol: RegExp;
  readonly unitOf: (symbol: string) => string | undefined;
  /** Levels of a side that the venue keeps for a subscriber, where it keeps that few. */
  readonly depth?: number;
  /** What comes after the origin. */
  readonly path: (symbol: string) => string;
  /** Sent once the connection stands. */
  readonly subscribe: (symbol: string) => readonly unknown[];
  readonly parse: (text: string) => unknown;
  readonly decoder: (symbol: string) => StreamDecoder;
  /** Where the book to start from comes over HTTP. */
  readonly snapshot?: {
    readonly origin: string;
    readonly rate: RateRule;
    readonly cost: number;
    readonly path: (symbol: string) => string;
    readonly bookOf: (
      answer: unknown,
    ) => { readonly sequence: number; readonly levels: readonly BookChange[] } | undefined;
  };
  readonly checksumOf?: (book: OrderBook) => number;
};

/** A level as text or number; undefined for what is none. */
export function changeOf(side: 'bid' | 'ask', price: unknown, quantity: unknown): BookChange | undefined {
  const [p, q] = [numberOf(price), numberOf(quantity)];
  if (p === undefined || q === undefined || !(p > 1e-18 && p < 1e18) || !(q >= 0 && q < 1e18))
    return undefined;
  return { side, price: p, quantity: q, priceText: String(price), quantityText: String(quantity) };
}

/** All levels of a list, or undefined where one of them is none. */
export function changesOf(
  side: 'bid' | 'ask',
  list: unknown,
  pairOf: (level: unknown) => readonly [unknown, unknown] | undefined,
): BookChange[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const changes: BookChange[] = [];
  for (const level of list) {
    const pair = pairOf(level);
    const change = pair === undefined ? undefined : changeOf(side, pair[0], pair[1]);
    if (change === undefined) return undefined;
    changes.push(change);
  }
  return changes;
}

/** A trade, where all of its fields are whole. */
export function tradeOf(fields: {
  readonly id: number | undefined;
  readonly second: number | undefined;
  readonly price: unknown;
  readonly quantity: unknown;
  readonly taker: 'buyer' | 'seller' | undefined;
}): StreamEvent {
  const { id, second, taker } = fields;
  const [price, quantity] = [numberOf(fields.price), numberOf(fields.quantity)];
  const isWhole =
    id !== undefined &&
    second !== undefined &&
    price !== undefined &&
    quantity !== undefined &&
    taker !== undefined;
  if (!isWhole || !(price > 1e-18 && price < 1e18) || !(quantity > 0 && quantity < 1e18)) {
    return { kind: 'malformed', of: 'trade' };
  }
  return { kind: 'trade', trade: { id, second, price, quantity, taker } };
}
