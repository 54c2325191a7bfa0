import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Bar,
  computeFeatureMatrix,
  FEATURE_LIBRARY,
  featuresAt,
  type LibraryFeature,
  listFeatures,
  type MarketHistory,
  MOST_COLLATERALS,
  MOST_POSITIONS,
  openHistory,
  orderBook,
  type ProtocolState,
  selectFeatures,
} from '../../library/index.ts';
import { FLAGS, HOUR_MS } from '../../series.ts';
import { fullHistory, roughBars, VECTORS } from '../support/vectors.ts';

const HOURLY = { barSeconds: 3_600 };
const { now } = VECTORS;

/** Bars of made-up prices, some of which are not known, absurd or contradict each other. */
const wildBars = fc
  .array(
    fc.record({
      open: fc.double(),
      high: fc.double(),
      low: fc.double(),
      close: fc.oneof(
        fc.double(),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.constantFrom(1, 1e-15, 1e15),
      ),
      volume: fc.oneof(fc.double(), fc.constant(0)),
    }),
    { minLength: 1, maxLength: 220 },
  )
  .map((rows): Bar[] => rows.map((row, t) => ({ ...row, time: t * HOUR_MS, flags: 0 })));

function expectFinite({ values, missing }: { values: Float64Array; missing: Uint8Array }): void {
  expect(values.every(Number.isFinite)).to.equal(true);
  expect(missing.every((bit) => bit === 0 || bit === 1)).to.equal(true);
}

describe('every feature of the library', () => {
  it('is listed with columns, units and warm-up, under names of its own', () => {
    const listed = listFeatures();
    const names = FEATURE_LIBRARY.flatMap(({ columns }) => columns.map(({ name }) => name));
    expect(new Set(names).size).to.equal(names.length);
    expect(new Set(listed.map(({ name }) => name)).size).to.equal(listed.length);
    expect(listed.reduce((sum, { columns }) => sum + columns, 0)).to.equal(names.length);
    expect(
      FEATURE_LIBRARY.flatMap(({ columns }) => columns).every(({ fill }) => Number.isFinite(fill)),
    ).to.equal(true);
    expect(() => selectFeatures(['close-rsl']))
      .to.throw()
      .with.property('code', 'FEATURE_UNKNOWN');
  });

  const history = fullHistory();
  const past: MarketHistory = {
    ...history,
    bars: history.bars.filter(({ time }) => time <= now),
    trades: history.trades.filter(({ time }) => time <= now),
    activity: history.activity.filter(({ time }) => time <= now),
    changes: history.changes.filter(({ time }) => time <= now),
    votes: history.votes.filter(({ time }) => time <= now),
    // What is known now of a proposal that closes later is that it is open.
    proposals: history.proposals
      .filter(({ time }) => time <= now)
      .map((proposal) =>
        (proposal.closedAt ?? 0) > now ? { ...proposal, closedAt: null, isApproved: null } : proposal,
      ),
  };

  for (const feature of FEATURE_LIBRARY) {
    it(`reads nothing of the future: ${feature.name}`, () => {
      expect(past.trades.length).to.be.lessThan(history.trades.length);
      expect(past.bars.length).to.be.lessThan(history.bars.length);
      const seen = featuresAt([feature], history, now, HOURLY);
      const known = featuresAt([feature], past, now, HOURLY);
      expect(seen).to.deep.equal(known);
      expect(known.missing.some((bit) => bit === 0)).to.equal(true);
      const later = featuresAt([feature], history, now + 10 * 60_000, HOURLY);
      if (feature.input === 'book-and-trades') expect(later.values).to.not.deep.equal(known.values);
    });
  }

  it('is the same in a stream with a history as at the moment itself', () => {
    const stream = computeFeatureMatrix(FEATURE_LIBRARY, past.bars, { ...HOURLY, history });
    const width = stream.columns.length;
    const last = (stream.rows - 1) * width;
    const row = featuresAt(FEATURE_LIBRARY, history, now, HOURLY);
    expect(past.bars.at(-1)?.time).to.equal(now);
    expect(stream.values.subarray(last)).to.deep.equal(row.values);
    expect(stream.missing.subarray(last)).to.deep.equal(row.missing);
  });

  it('changes nothing at earlier bars when later bars change', () => {
    const bars = roughBars(240);
    const ofBars = FEATURE_LIBRARY.filter((feature) => feature.input === 'bars');
    const before = computeFeatureMatrix(ofBars, bars, HOURLY);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 239 }), fc.double({ min: 0.01, max: 100 }), (cut, factor) => {
        const other = bars.map((bar, t) =>
          t < cut
            ? bar
            : { ...bar, close: bar.close * factor, high: bar.high * factor, volume: bar.volume * factor },
        );
        const after = computeFeatureMatrix(ofBars, other, HOURLY);
        const end = cut * before.columns.length;
        expect(after.values.subarray(0, end)).to.deep.equal(before.values.subarray(0, end));
        expect(after.missing.subarray(0, end)).to.deep.equal(before.missing.subarray(0, end));
      }),
      { numRuns: 15, seed: 2 },
    );
  });

  it('is finite whatever the bars, and missing where nothing is known', () => {
    const ofBars = FEATURE_LIBRARY.filter((feature) => feature.input === 'bars');
    fc.assert(
      fc.property(wildBars, (bars) => expectFinite(computeFeatureMatrix(ofBars, bars, HOURLY))),
      { numRuns: 40, seed: 3 },
    );
    const nothing = featuresAt(FEATURE_LIBRARY, openHistory({}), now, HOURLY);
    expectFinite(nothing);
    expect(nothing.missing.every((bit) => bit === 1)).to.equal(true);
  });

  it('is finite and known on a constant price', () => {
    const flat = Array.from({ length: 200 }, (_, t) => ({
      time: t * HOUR_MS,
      open: 1.1,
      high: 1.1,
      low: 1.1,
      close: 1.1,
      volume: 0,
      flags: 0,
    }));
    const matrix = computeFeatureMatrix(
      FEATURE_LIBRARY.filter((feature) => feature.input === 'bars'),
      flat,
      HOURLY,
    );
    const width = matrix.columns.length;
    expect(matrix.missing.subarray(199 * width).every((bit) => bit === 0)).to.equal(true);
    const last = Object.fromEntries(
      matrix.columns.map(({ name }, j) => [name, matrix.values[199 * width + j]]),
    );
    expect(last).to.include({
      'close-rsi-14': 50,
      'close-macd-line': 0,
      'close-std-60': 0,
      'close-bollinger-width': 0,
      'bollinger-b': 0.5,
      'close-realised-30': 0,
      'parkinson-30': 0,
      'garman-klass-30': 0,
      'peg-return-skew-168': 0,
      'peg-return-kurtosis-168': 0,
    });
  });

  it('carries a gap on, flagged: a bar without a price repeats the last one', () => {
    const bars = roughBars(100).map((bar, t) =>
      t === 70 ? { ...bar, close: Number.NaN, volume: Number.NaN } : bar,
    );
    const { columns, values, missing, flags } = computeFeatureMatrix(
      selectFeatures(['close-lags', 'channels']),
      bars,
      HOURLY,
    );
    const at = (t: number, name: string) =>
      t * columns.length + columns.findIndex((column) => column.name === name);
    expect([flags[69], flags[70], flags[71]]).to.deep.equal([0, FLAGS.gap, 0]);
    expect(values[at(70, 'log-return')]).to.equal(0);
    expect(missing[at(70, 'log-volume')]).to.equal(1);
    expect(values[at(71, 'close-lag-1')]).to.equal(bars[69]?.close);
  });

  it('is finite on any book and any trades, also with one side or none', () => {
    const sizes = fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { maxLength: 25 });
    const trades = fc.array(
      fc.record({
        time: fc.integer({ min: now - 4_000_000, max: now + 1_000 }),
        price: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        size: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true })),
        side: fc.constantFrom('buy' as const, 'sell' as const, null),
      }),
      { maxLength: 30 },
    );
    const features = FEATURE_LIBRARY.filter(({ input }) => input === 'book-and-trades');
    fc.assert(
      fc.property(sizes, sizes, trades, (bids, asks, given) => {
        const book = orderBook({
          time: now,
          bids: bids.map((size, i) => ({ price: 1 - 0.001 * (i + 1), size })),
          asks: asks.map((size, i) => ({ price: 1 + 0.001 * (i + 1), size })),
        });
        const lists = { books: [book], trades: given.sort((a, b) => a.time - b.time) };
        expectFinite(featuresAt(features, openHistory(lists), now, HOURLY));
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  it('is finite on any protocol, also with nothing in it', () => {
    const amount = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e18, noNaN: true }));
    const state: fc.Arbitrary<ProtocolState> = fc.record({
      time: fc.constant(now),
      supply: amount,
      collaterals: fc.array(
        fc.record({
          id: fc.string({ maxLength: 4 }),
          value: amount,
          debt: amount,
          debtCeiling: amount,
          riskScore: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
          volatility: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
        }),
        { maxLength: 6 },
      ),
      correlation: fc.constant(null),
      positions: fc.array(
        fc.record({
          collateralValue: amount,
          debt: amount,
          liquidationRatio: fc.double({ min: 1, max: 100, noNaN: true }),
        }),
        { maxLength: 6 },
      ),
    });
    const features = FEATURE_LIBRARY.filter(({ input }) => input === 'protocol');
    fc.assert(
      fc.property(state, (given) =>
        expectFinite(featuresAt(features, openHistory({ states: [given] }), now, HOURLY)),
      ),
      { numRuns: 100, seed: 5 },
    );
  });

  it('does not know the zone of the machine', () => {
    const here = featuresAt(FEATURE_LIBRARY, history, now, HOURLY);
    const zone = process.env.TZ;
    try {
      process.env.TZ = 'Pacific/Auckland';
      expect(new Date(0).getTimezoneOffset()).to.equal(-720);
      expect(featuresAt(FEATURE_LIBRARY, history, now, HOURLY)).to.deep.equal(here);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});

describe('a history', () => {
  const trade = { time: 5, price: 1, size: 1, side: null };
  const state = { time: 1, supply: 1, collaterals: [], correlation: null, positions: [] };
  const collateral = { id: 'a', value: 1, debt: 0, debtCeiling: 1, riskScore: null, volatility: null };
  const many = (count: number) => new Array<never>(count);
  const refused: [string, string, Parameters<typeof openHistory>[0]][] = [
    ['times that descend', 'HISTORY_ORDER', { trades: [trade, { ...trade, time: 4 }] }],
    ['a time that is none', 'HISTORY_ORDER', { trades: [{ ...trade, time: 0.5 }] }],
    ['a price of zero', 'TRADE_INVALID', { trades: [{ ...trade, price: 0 }] }],
    ['a size that is no number', 'TRADE_INVALID', { trades: [{ ...trade, size: Number.NaN }] }],
    ['more than a million items', 'HISTORY_LIMIT', { trades: new Array(1_000_001).fill(trade) }],
    ['a value below zero', 'EVENT_INVALID', { activity: [{ time: 1, activity: 'mint', value: -1 }] }],
    ['a power below zero', 'EVENT_INVALID', { votes: [{ time: 1, proposal: 'a', voter: 'b', power: -1 }] }],
    [
      'an outcome without a closing',
      'EVENT_INVALID',
      { proposals: [{ time: 1, id: 'a', closedAt: null, isApproved: true }] },
    ],
    [
      'too many collaterals',
      'STATE_INVALID',
      { states: [{ ...state, collaterals: many(MOST_COLLATERALS + 1) }] },
    ],
    ['too many positions', 'STATE_INVALID', { states: [{ ...state, positions: many(MOST_POSITIONS + 1) }] }],
    [
      'a matrix that is not symmetric',
      'STATE_INVALID',
      {
        states: [
          {
            ...state,
            collaterals: [collateral, collateral],
            correlation: [
              [1, 0.5],
              [0.4, 1],
            ],
          },
        ],
      },
    ],
    ['a matrix of another size', 'STATE_INVALID', { states: [{ ...state, correlation: [[1]] }] }],
  ];
  for (const [what, code, lists] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => openHistory(lists))
        .to.throw()
        .with.property('code', code);
    });
  }

  it('has only items that features of the library read', () => {
    const inputs: LibraryFeature['input'][] = ['bars', 'book-and-trades', 'protocol'];
    expect(new Set(FEATURE_LIBRARY.map(({ input }) => input))).to.deep.equal(new Set(inputs));
  });
});
