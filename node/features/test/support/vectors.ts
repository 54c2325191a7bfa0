import { readFileSync } from 'node:fs';
import {
  type Activity,
  type Bar,
  type Collateral,
  type LibraryFeature,
  type MarketHistory,
  MICROSTRUCTURE_FEATURES,
  openHistory,
  orderBook,
  type Parameter,
  type Position,
  selectFeatures,
  type Trade,
} from '../../library/index.ts';
import { HOUR_MS } from '../../series.ts';

type Values = readonly (number | null)[];
type Level = readonly [price: number, size: number];

/** What `vectors/library.json` holds; `about` in it says by which formulas it was made. */
type Vectors = {
  readonly about: string;
  readonly now: number;
  readonly bars: {
    readonly time: number;
    readonly open: readonly number[];
    readonly high: readonly number[];
    readonly low: readonly number[];
    readonly close: readonly number[];
    readonly volume: readonly number[];
    readonly rows: readonly number[];
    readonly columns: readonly string[];
    readonly values: readonly Values[];
  };
  readonly books: { readonly columns: readonly string[]; readonly cases: readonly BookCase[] };
  readonly protocol: { readonly columns: readonly string[]; readonly cases: readonly ProtocolCase[] };
};

type BookCase = {
  readonly name: string;
  readonly book: { readonly bids: readonly Level[]; readonly asks: readonly Level[] } | null;
  readonly trades: readonly (readonly [number, number, number, Trade['side']])[];
  readonly values: Values;
};

type ProtocolCase = {
  readonly name: string;
  readonly supply: number;
  readonly collaterals: readonly Collateral[];
  readonly correlation: readonly (readonly number[])[] | null;
  readonly positions: readonly Position[];
  readonly activity: readonly (readonly [number, Activity, number])[];
  readonly changes: readonly (readonly [number, Parameter])[];
  readonly proposals: readonly (readonly [number, string, number | null, boolean | null])[];
  readonly votes: readonly (readonly [number, string, string, number])[];
  readonly values: Values;
};

export const VECTORS: Vectors = JSON.parse(
  readFileSync(new URL('../vectors/library.json', import.meta.url), 'utf8'),
);

export function vectorBars(): Bar[] {
  const { time, open, high, low, close, volume } = VECTORS.bars;
  return close.map((price, t) => ({
    time: time + t * HOUR_MS,
    open: open[t] ?? Number.NaN,
    high: high[t] ?? Number.NaN,
    low: low[t] ?? Number.NaN,
    close: price,
    volume: volume[t] ?? Number.NaN,
    flags: 0,
  }));
}

export function bookHistory({ book, trades }: BookCase): MarketHistory {
  const levels = (side: readonly Level[]) => side.map(([price, size]) => ({ price, size }));
  return openHistory({
    books:
      book === null
        ? []
        : [orderBook({ time: VECTORS.now, bids: levels(book.bids), asks: levels(book.asks) })],
    trades: trades.map(([time, price, size, side]) => ({ time, price, size, side })),
  });
}

export function protocolHistory(given: ProtocolCase): MarketHistory {
  const { supply, collaterals, correlation, positions } = given;
  return openHistory({
    states: [{ time: VECTORS.now, supply, collaterals, correlation, positions }],
    activity: given.activity.map(([time, activity, value]) => ({ time, activity, value })),
    changes: given.changes.map(([time, parameter]) => ({ time, parameter })),
    proposals: given.proposals.map(([time, id, closedAt, isApproved]) => ({
      time,
      id,
      closedAt,
      isApproved,
    })),
    votes: given.votes.map(([time, proposal, voter, power]) => ({ time, proposal, voter, power })),
  });
}

/** Everything at once: bars up to `now` and beyond, a book, trades, and a protocol with events on either side of it. */
export function fullHistory(): MarketHistory {
  const [book] = VECTORS.books.cases;
  const protocol = VECTORS.protocol.cases[1];
  if (book === undefined || protocol === undefined) throw new Error('vectors without cases');
  const { books, trades } = bookHistory(book);
  return openHistory({ ...protocolHistory(protocol), books, trades, bars: vectorBars() });
}

export const BOOK_FEATURES: readonly LibraryFeature[] = [
  ...MICROSTRUCTURE_FEATURES,
  ...selectFeatures(['intraday-range', 'peg-depth']),
];

/** A rough price with highs, lows, volumes and a few breaks, from a linear congruential sequence. */
export function roughBars(count: number, seed = 11): Bar[] {
  let state = seed;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  let close = 1;
  return Array.from({ length: count }, (_, t) => {
    const open = close;
    const isBreak = t % 1_000 === 500;
    close *= Math.exp((next() - 0.5) * (isBreak ? 0.6 : t % 500 < 60 ? 0.02 : 0.002));
    const high = Math.max(open, close) * (1 + 0.001 * next());
    const low = Math.min(open, close) * (1 - 0.001 * next());
    return { time: (400_000 + t) * HOUR_MS, open, high, low, close, volume: 100 * next(), flags: 0 };
  });
}
