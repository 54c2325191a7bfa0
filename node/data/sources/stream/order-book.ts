import type { BookLevel } from '../data-source.ts';

/** One level as it came: the texts are what a venue's checksum is made of. */
export type BookChange = {
  readonly side: 'bid' | 'ask';
  readonly price: number;
  /** 0 takes the level away. */
  readonly quantity: number;
  readonly priceText: string;
  readonly quantityText: string;
};

/** Levels of one side, at most. */
const MAX_BOOK_LEVELS = 100_000;

/** Both sides of one market, best levels first. */
export class OrderBook {
  readonly #bids: BookChange[] = [];
  readonly #asks: BookChange[] = [];
  readonly #depth: number;

  /** @param depth levels of a side that are kept, where a venue keeps no more. */
  constructor(depth: number = MAX_BOOK_LEVELS) {
    this.#depth = Math.min(depth, MAX_BOOK_LEVELS);
  }

  /** Makes the book these levels. */
  reset(levels: readonly BookChange[]): void {
    for (const side of ['bid', 'ask'] as const) {
      const own = this.side(side);
      own.length = 0;
      const sign = side === 'bid' ? -1 : 1;
      const sorted = levels
        .filter((level) => level.side === side && level.quantity > 0)
        .sort((a, b) => sign * (a.price - b.price));
      for (const level of sorted) if (own.at(-1)?.price !== level.price) own.push(level);
      own.length = Math.min(own.length, this.#depth);
    }
  }

  /** Takes changes in their order, then lets go of what is beyond the depth. */
  apply(changes: readonly BookChange[]): void {
    for (const change of changes) {
      const own = this.side(change.side);
      const at = placeOf(own, change);
      const stands = own[at]?.price === change.price;
      if (change.quantity > 0) own.splice(at, stands ? 1 : 0, change);
      else if (stands) own.splice(at, 1);
    }
    this.#bids.length = Math.min(this.#bids.length, this.#depth);
    this.#asks.length = Math.min(this.#asks.length, this.#depth);
  }

  side(side: 'bid' | 'ask'): BookChange[] {
    return side === 'bid' ? this.#bids : this.#asks;
  }

  /** The best `count` levels. */
  best(side: 'bid' | 'ask', count: number): BookLevel[] {
    return this.side(side)
      .slice(0, count)
      .map(({ price, quantity }) => [price, quantity]);
  }

  /** Between best bid and best ask; undefined while a side is empty. */
  get middle(): number | undefined {
    const [bid, ask] = [this.#bids[0]?.price, this.#asks[0]?.price];
    return bid === undefined || ask === undefined ? undefined : (bid + ask) / 2;
  }

  /** Whether somebody bids as much as somebody asks: no market stands like that, so a change was missed. */
  get isCrossed(): boolean {
    const [bid, ask] = [this.#bids[0]?.price, this.#asks[0]?.price];
    return bid !== undefined && ask !== undefined && bid >= ask;
  }
}

/** Where a level of this price stands, or would. */
function placeOf(own: readonly BookChange[], { side, price }: BookChange): number {
  let [low, high] = [0, own.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = own[middle]?.price ?? 0;
    if (side === 'bid' ? other > price : other < price) low = middle + 1;
    else high = middle;
  }
  return low;
}
