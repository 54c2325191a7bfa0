import { BallastError } from '../../../protocol/errors.ts';

/** Most levels of one side of a book. */
export const MOST_LEVELS = 5_000;

/** What a book is made of: the best price first. */
export type BookLevel = { readonly price: number; readonly size: number };

/** One side of a book with what lies above each of its levels, summed once. */
export type BookSide = {
  readonly price: Float64Array;
  /** Coins in the levels up to and with this one. */
  readonly volume: Float64Array;
  /** Money in them. */
  readonly value: Float64Array;
};

/** An order book, or a pool's liquidity in its form, as it was at `time` (milliseconds since the epoch). */
export type OrderBook = { readonly time: number; readonly bids: BookSide; readonly asks: BookSide };

/**
 * @param bids best (highest) price first; `asks` lowest first. Either may be empty.
 * @throws BallastError `BOOK_INVALID` for a price or size that is not above zero and finite, levels out of order, a best
 *   bid not below the best ask, or more than `MOST_LEVELS` a side.
 */
export function orderBook(book: {
  readonly time: number;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}): OrderBook {
  const bids = sideOf('bids', book.bids, -1);
  const asks = sideOf('asks', book.asks, 1);
  const [bid, ask] = [bids.price[0], asks.price[0]];
  if (bid !== undefined && ask !== undefined && bid >= ask) {
    throw invalid('bids', 0, `a best bid of ${bid}`, `one below the best ask of ${ask}`);
  }
  return { time: book.time, bids, asks };
}

/** Halfway between the best prices; NaN for a book with an empty side. */
export function midOf(book: OrderBook): number {
  return (book.bids.price[0]! + book.asks.price[0]!) / 2;
}

/** Coins within the first `levels` levels. */
export function volumeWithin(side: BookSide, levels: number): number {
  return side.volume[Math.min(levels, side.volume.length) - 1] ?? 0;
}

/** Money within the first `levels` levels. */
export function valueWithin(side: BookSide, levels: number): number {
  return side.value[Math.min(levels, side.value.length) - 1] ?? 0;
}

function sideOf(name: 'bids' | 'asks', levels: readonly BookLevel[], sign: 1 | -1): BookSide {
  const length = levels.length;
  if (length > MOST_LEVELS) throw invalid(name, MOST_LEVELS, `${length} levels`, `at most ${MOST_LEVELS}`);
  const price = new Float64Array(length);
  const volume = new Float64Array(length);
  const value = new Float64Array(length);
  let [coins, money] = [0, 0];
  for (const [i, level] of levels.entries()) {
    if (!(level.price > 0 && level.price <= MOST && level.size > 0 && level.size <= MOST)) {
      throw invalid(
        name,
        i,
        `${level.size} at ${level.price}`,
        `a price and a size above 0, at most ${MOST}`,
      );
    }
    if (i > 0 && sign * (level.price - price[i - 1]!) <= 0) {
      throw invalid(name, i, `${level.price} after ${price[i - 1]}`, 'the best price first');
    }
    price[i] = level.price;
    coins += level.size;
    money += level.size * level.price;
    volume[i] = coins;
    value[i] = money;
  }
  return { price, volume, value };
}

const MOST = 1e15;

function invalid(side: string, level: number, got: string, expected: string): BallastError {
  return new BallastError('BOOK_INVALID', `book: ${side}[${level}]: got ${got}, expected ${expected}`, {
    metadata: { side, level },
  });
}
