import { expect } from 'chai';
import fc from 'fast-check';
import {
  constantProductPool,
  executionCost,
  featuresAt,
  MICROSTRUCTURE_FEATURES,
  MOST_LEVELS,
  MOST_RANGES,
  type NamedValues,
  namedValues,
  openHistory,
  orderBook,
  STALE_AFTER,
  selectFeatures,
  syntheticBook,
  type Trade,
} from '../../library/index.ts';
import { BOOK_FEATURES } from '../support/vectors.ts';

const now = 1_700_000_000_000;
const MINUTE = 60_000;

function at(lists: Parameters<typeof openHistory>[0], features = BOOK_FEATURES): NamedValues {
  const row = featuresAt(features, openHistory(lists), now, { barSeconds: 3_600 });
  return namedValues(row.columns, row);
}

const level = (price: number, size: number) => ({ price, size });

describe('an order book', () => {
  it('gives 78 keys and a mask, whatever there is', () => {
    const count = MICROSTRUCTURE_FEATURES.reduce((sum, { columns }) => sum + columns.length, 0);
    expect(count).to.equal(78);
    const empty = featuresAt(MICROSTRUCTURE_FEATURES, openHistory({}), now, { barSeconds: 3_600 });
    expect([empty.values.length, empty.missing.length]).to.deep.equal([78, 78]);
  });

  it('that is symmetric has no imbalance and equal impacts', () => {
    const sizes = [5, 20, 10, 40, 1, 3, 3, 3, 9, 9, 9, 50];
    const values = at({
      books: [
        orderBook({
          time: now,
          bids: sizes.map((size, i) => level(2 - 0.001 * (i + 1), size)),
          asks: sizes.map((size, i) => level(2 + 0.001 * (i + 1), size)),
        }),
      ],
    });
    expect(values['spread-bps']).to.be.closeTo(10, 1e-9);
    for (const levels of [1, 3, 5, 10]) expect(values[`volume-imbalance-${levels}`]).to.equal(0);
    for (const percent of [25, 50, 75, 90]) {
      const bid = values[`bid-impact-${percent}`] ?? Number.NaN;
      expect(bid)
        .to.be.greaterThan(0)
        .and.closeTo(values[`ask-impact-${percent}`] ?? Number.NaN, 1e-12);
    }
  });

  it('costs on average what taking its levels by hand does', () => {
    const book = orderBook({
      time: now,
      bids: [level(99, 1)],
      asks: [level(101, 2), level(102, 3), level(105, 5)],
    });
    expect(executionCost(book.asks, 2, 100)).to.be.closeTo(0.01, 1e-15);
    expect(executionCost(book.asks, 4, 100)).to.be.closeTo((2 * 101 + 2 * 102) / 4 / 100 - 1, 1e-15);
    expect(executionCost(book.asks, 10, 100)).to.be.closeTo((202 + 306 + 525) / 10 / 100 - 1, 1e-15);
    for (const target of [0, 10.1, Number.NaN]) expect(executionCost(book.asks, target, 100)).to.be.NaN;
  });

  it('holds the peg with what stands within 1 % of the mid', () => {
    const values = at({
      books: [
        orderBook({
          time: now,
          bids: [level(0.999, 10), level(0.9901, 20), level(0.9899, 40)],
          asks: [level(1.001, 1), level(1.0099, 2), level(1.0101, 4)],
        }),
      ],
    });
    expect(values['bid-depth']).to.be.closeTo(9.99 + 19.802, 1e-12);
    expect(values['ask-depth']).to.be.closeTo(1.001 + 2.0198, 1e-12);
  });

  it('says nothing once it is stale, nor before it is there', () => {
    const book = (time: number) => ({
      books: [orderBook({ time, bids: [level(1, 1)], asks: [level(2, 1)] })],
    });
    expect(at(book(now - STALE_AFTER.book + 1)).spread).to.equal(1);
    expect(at(book(now - STALE_AFTER.book)).spread).to.equal(null);
    expect(at(book(now + 1)).spread).to.equal(null);
  });

  it('is refused where it is none', () => {
    const good = { time: now, bids: [level(1, 1)], asks: [level(2, 1)] };
    for (const book of [
      { ...good, bids: [level(2, 1)] },
      { ...good, bids: [level(1, 0)] },
      { ...good, bids: [level(Number.NaN, 1)] },
      { ...good, asks: [level(2, Number.POSITIVE_INFINITY)] },
      { ...good, asks: [level(2, 1), level(2, 1)] },
      { ...good, asks: Array.from({ length: MOST_LEVELS + 1 }, (_, i) => level(2 + i, 1)) },
    ]) {
      expect(() => orderBook(book))
        .to.throw()
        .with.property('code', 'BOOK_INVALID');
    }
  });
});

describe('trades', () => {
  const buy = (time: number, price = 1, size = 1): Trade => ({ time, price, size, side: 'buy' });

  it('count in the half-open window (t − w, t]', () => {
    const trades = [buy(now - 5 * MINUTE), buy(now - MINUTE), buy(now - MINUTE + 1), buy(now), buy(now + 1)];
    const values = at({ trades });
    expect([values['trade-count-1m'], values['trade-count-5m']]).to.deep.equal([2, 3]);
  });

  it('of a single minute are no volatility, those of two are', () => {
    const one = [buy(now - 10, 1), buy(now - 5, 1.1), buy(now, 1)];
    expect(at({ trades: one })).to.include({ 'realised-5m': null, 'bipower-5m': null, 'parkinson-5m': null });
    const two = at({ trades: [buy(now - MINUTE, 1), ...one] });
    expect(two['realised-5m']).to.equal(0);
    expect(two['bipower-5m']).to.equal(null);
    expect(two['parkinson-5m']).to.be.greaterThan(0);
  });

  it('have bounded ratios where all are buys, and defined values in an empty window', () => {
    const values = at({ trades: [buy(now - 30 * MINUTE)] });
    expect(values).to.include({
      'flow-imbalance-60m': 1,
      'flow-imbalance-15m': 0,
      'side-imbalance-15m': 0,
      'buy-volume-1m': 0,
      'trade-size-1m': null,
      'vwap-premium-60m': null,
    });
    expect(at({ trades: [] })['trade-count-1m'], 'no feed is not a count of zero').to.equal(null);
  });

  it('with one jump of four σ leave the bipower volatility within 10 % of σ, and the realised one outside', () => {
    const sigma = 0.01 / Math.sqrt(60);
    let state = 12;
    const normal = () => {
      let sum = -6;
      for (let i = 0; i < 12; i++) {
        state = (state * 48_271) % 2_147_483_647;
        sum += state / 2_147_483_647;
      }
      return sum;
    };
    const hours = 200;
    const meanOf = (jump: number) => {
      let [bipower, realised] = [0, 0];
      for (let hour = 0; hour < hours; hour++) {
        let price = 0;
        const trades = Array.from({ length: 61 }, (_, m) => {
          price += sigma * normal() + (m === 30 ? jump * sigma : 0);
          return buy(now - (60 - m) * MINUTE, Math.exp(price));
        });
        const values = at({ trades }, selectFeatures(['intraday-volatility']));
        bipower += (values['bipower-60m'] ?? Number.NaN) / 0.01 / hours;
        realised += (values['realised-60m'] ?? Number.NaN) / 0.01 / hours;
      }
      return { bipower, realised };
    };
    const [without, small, large] = [meanOf(0), meanOf(4), meanOf(8)];
    expect(without.bipower).to.be.within(0.95, 1.05);
    expect(without.realised).to.be.within(0.95, 1.05);
    expect(small.bipower).to.be.within(0.9, 1.1);
    expect(small.realised).to.be.greaterThan(1.1);
    // In 60 minutes a jump of j σ adds π/2 · 2 j E|r| to the products and j² to the squares: 15 % and 44 % for eight.
    expect(large.bipower).to.be.within(1.1, 1.2);
    expect(large.realised).to.be.greaterThan(1.4);
  });
});

describe('a pool as a book', () => {
  const ranges = fc
    .array(
      fc.record({
        lower: fc.double({ min: 0.5, max: 1.5, noNaN: true }),
        width: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        liquidity: fc.double({ min: 1, max: 1e6, noNaN: true }),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((list) => list.map(({ lower, width, liquidity }) => ({ lower, upper: lower + width, liquidity })));

  it('of x y = k costs what the product says', () => {
    const pool = constantProductPool({ time: now, coins: 1_000, money: 2_000, fee: 0.003 });
    const { asks, bids } = syntheticBook(pool);
    for (const i of [0, 7, 39]) {
      const bought = asks.volume[i] ?? Number.NaN;
      const paid = (2_000 * bought) / (1_000 - bought) / 0.997;
      expect(asks.value[i]).to.be.closeTo(paid, 1e-9 * paid);
      const sold = bids.volume[i] ?? Number.NaN;
      const got = 2_000 - 2_000_000 / (1_000 + 0.997 * sold);
      expect(bids.value[i]).to.be.closeTo(got, 1e-9 * got);
    }
  });

  it('of one wide range is that of x y = k, and of ranges the sum of its ranges', () => {
    const pool = constantProductPool({ time: now, coins: 1_000, money: 1_000, fee: 0 });
    const halves = [
      { lower: 0, upper: 1.007, liquidity: 1_000 },
      { lower: 1.007, upper: 50, liquidity: 1_000 },
    ];
    const [whole, cut] = [syntheticBook(pool), syntheticBook({ ...pool, ranges: halves })];
    for (const side of ['bids', 'asks'] as const) {
      for (const [i, volume] of whole[side].volume.entries()) {
        expect(cut[side].volume[i]).to.be.closeTo(volume, 1e-9);
        expect(cut[side].value[i]).to.be.closeTo(whole[side].value[i] ?? Number.NaN, 1e-9);
      }
    }
  });

  it('of any ranges is a book, without levels where there is no liquidity', () => {
    fc.assert(
      fc.property(ranges, fc.double({ min: 0, max: 0.01, noNaN: true }), (list, fee) => {
        const { bids, asks } = syntheticBook({ time: now, price: 1, fee, ranges: list });
        expect(bids.price.every((price) => price < 1)).to.equal(true);
        expect(asks.price.every((price) => price > 1)).to.equal(true);
        if (list.every(({ upper }) => upper <= 1)) expect(asks.price).to.have.length(0);
      }),
      { numRuns: 50, seed: 6 },
    );
  });

  it('is refused where it is none', () => {
    const pool = constantProductPool({ time: now, coins: 1, money: 1, fee: 0 });
    const range = { lower: 1, upper: 2, liquidity: 1 };
    for (const wrong of [
      { ...pool, price: 0 },
      { ...pool, fee: 1 },
      { ...pool, ranges: [{ ...range, upper: 1 }] },
      { ...pool, ranges: [{ ...range, liquidity: Number.NaN }] },
      { ...pool, ranges: new Array(MOST_RANGES + 1).fill(range) },
    ]) {
      expect(() => syntheticBook(wrong))
        .to.throw()
        .with.property('code', 'POOL_INVALID');
    }
    expect(() => syntheticBook(pool, { step: 0.001, levels: 1_001 }))
      .to.throw()
      .with.property('code', 'POOL_INVALID');
    expect(() => syntheticBook(pool, { step: 0, levels: 1 }))
      .to.throw()
      .with.property('code', 'POOL_INVALID');
  });
});
