import { expect } from 'chai';
import fc from 'fast-check';
import { generateMarket, generateVenue } from '../../data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  cutMarket,
  cutSeries,
  type ExampleSet,
  type HourlyMarket,
  type HourlySeries,
  pegBlocks,
  type RecordBlock,
  type RiskExamples,
  recordHoursOf,
  requireRecordBound,
  riskBlocks,
  withMirror,
} from '../../features/index.ts';
import { createModel, genesisOf } from '../../models/index.ts';
import {
  countRecords,
  createEngine,
  defaultModelSpec,
  float64Engine,
  type HeadExamples,
  openHeads,
} from '../index.ts';

const DAYS = 63;
const feed = generateVenue(5, 0, DAYS);
const asset = generateMarket(5, 1, DAYS);
const reference = generateMarket(5, 0, DAYS);
const start = feed.startHour;
const model = createModel(
  defaultModelSpec(
    {
      feed: generateVenue(5, 0, 120),
      market: generateMarket(5, 0, 120),
      fitting: { from: start, to: start + 90 * 24 },
    },
    { kind: 'linear' },
    [4, 24],
  ),
);
const all = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const week: RecordBlock = { kind: 'block', days: 7 };

type Data = { readonly series: HourlySeries; readonly market: HourlyMarket };
const given: Data = { series: feed, market: asset };

function byBlock({ series, market }: Data, record: RecordBlock): HeadExamples {
  return {
    peg: model.heads.peg.map(({ model: { horizon } }) =>
      withMirror(pegBlocks(cutSeries(series, record), record, horizon)(all)),
    ),
    risk: riskBlocks(cutMarket(market, record), reference, record)(all),
    recordHours: recordHoursOf(record),
  };
}

function byDay({ series, market }: Data): HeadExamples {
  return {
    peg: model.heads.peg.map(({ model: { horizon } }) =>
      withMirror(buildExamples(computeFeatures(series, horizon), all)),
    ),
    risk: buildRiskExamples(computeMarketFeatures(market, reference), all),
  };
}

/** What each record holds and what becomes of it, by the span since the epoch: text of all its bits. */
function records(examples: HeadExamples, hours: number): Map<number, string> {
  const { peg, risk } = examples;
  if (risk === undefined) throw new Error('no market');
  const parts = new Map<number, string>();
  const add = (span: number, values: ArrayLike<number>) => {
    const bytes = Buffer.from(Float64Array.from(values).buffer).toString('base64');
    parts.set(span, `${parts.get(span) ?? ''} ${bytes}`);
  };
  const columns = (set: ExampleSet | RiskExamples) =>
    Object.values(set).filter((column) => column instanceof Float64Array || column instanceof Uint8Array);
  for (const set of [...peg, risk]) {
    for (let r = 0; r < set.records; r++) {
      const [from, to] = [set.recordStart[r] ?? 0, set.recordStart[r + 1] ?? 0];
      for (const column of columns(set)) {
        const width = column.length / set.rows;
        add(Math.floor((set.hour[from] ?? 0) / hours), column.subarray(from * width, to * width));
      }
    }
  }
  const weights = genesisOf(model).map((_, j) => 0.05 * Math.sin(j + 1));
  const rows = openHeads(float64Engine, model, examples).perRecord(weights);
  for (const [r, span] of [...parts.keys()].sort((a, b) => a - b).entries()) {
    add(span, rows.subarray(r * model.size, (r + 1) * model.size));
  }
  return parts;
}

function changedSpans(a: Map<number, string>, b: Map<number, string>): number[] {
  const spans = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y);
  return spans.filter((span) => a.get(span) !== b.get(span));
}

/** Raw values from an hour on multiplied, of the peg's price and of the asset's prices and volumes. */
function multiplied({ series, market }: Data, from: number, hours: number, factor: number): Data {
  const change = (startHour: number, column: Float64Array, by: (value: number) => number) =>
    column.map((value, t) => {
      const hour = startHour + t;
      return hour >= from && hour < from + hours ? by(value) : value;
    });
  const times = (column: Float64Array) => change(market.startHour, column, (value) => value * factor);
  return {
    series: { ...series, deviation: change(series.startHour, series.deviation, (d) => d + 100 * factor) },
    market: {
      ...market,
      close: times(market.close),
      high: times(market.high),
      low: times(market.low),
      ...(market.volume === undefined ? {} : { volume: times(market.volume) }),
    },
  };
}

describe('records that are disjoint blocks', () => {
  const before = records(byBlock(given, week), 168);

  it('are whole spans since the epoch, each with at most its hours of examples', () => {
    const examples = byBlock(given, week);
    expect(before.size).to.be.within(8, 10);
    // The first two days warm the averages up, the last is labels.
    for (const peg of examples.peg) {
      requireRecordBound(peg, 168);
      const rows = Array.from({ length: peg.records }, (_, r) => {
        return ((peg.recordStart[r + 1] ?? 0) - (peg.recordStart[r] ?? 0)) / 2;
      });
      expect(Math.max(...rows)).to.equal(168 - 48 - peg.horizon);
    }
    expect(examples.risk?.rows).to.be.greaterThan(7 * 72);
  });

  it('hold whatever one raw hour or day can change, and no other block a bit of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 24 * DAYS - 25 }),
        fc.constantFrom(1, 24),
        fc.double({ min: 0.4, max: 3, noNaN: true }),
        (offset, hours, factor) => {
          const from = start + offset - (hours === 24 ? (start + offset) % 24 : 0);
          const after = records(byBlock(multiplied(given, from, hours, factor), week), 168);
          const own = Math.floor(from / 168);
          for (const span of changedSpans(before, after)) expect(span).to.equal(own);
        },
      ),
      { numRuns: 40, seed: 20 },
    );
  });

  it('do change when a day of theirs does', () => {
    const from = start + 24 * 30 - (start % 24);
    const after = records(byBlock(multiplied(given, from, 24, 1.3), week), 168);
    expect(changedSpans(before, after)).to.deep.equal([Math.floor(from / 168)]);
  });

  it('are the promise that a record of one day does not make: the day before and all later days change', () => {
    const from = start + 24 * 45 - (start % 24) + 12;
    const [a, b] = [given, multiplied(given, from, 1, 1.3)].map((data) => records(byDay(data), 24));
    if (a === undefined || b === undefined) throw new Error('no records');
    const day = Math.floor(from / 24);
    const last = Math.max(...a.keys());
    const expected = Array.from({ length: last - day + 2 }, (_, i) => day - 1 + i);
    expect(changedSpans(a, b)).to.deep.equal(expected);
    expect(expected.length).to.be.greaterThan(9);
  });

  it('have the same gradients under both engines, with one record of a block', async () => {
    const engine = await createEngine('tfjs-wasm');
    const examples = byBlock(given, week);
    const weights = genesisOf(model).map((_, j) => 0.05 * Math.sin(j + 1));
    const [reference, other] = [float64Engine, engine].map((each) => {
      const open = openHeads(each, model, examples);
      const rows = Float64Array.from(open.perRecord(weights));
      open.dispose();
      return rows;
    });
    if (reference === undefined || other === undefined) throw new Error('no gradients');
    expect(reference.length)
      .to.equal(before.size * model.size)
      .and.equal(other.length);
    expect(reference.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (other[i] ?? 9))), 0)).to.be.below(
      1e-4,
    );
    expect(countRecords(examples)).to.equal(before.size);
  });

  it('are cut by a range of hours without becoming two records', () => {
    const peg = pegBlocks(cutSeries(feed, week), week);
    const whole = peg(all);
    const part = peg({ from: start + 24 * 20 + 5, to: start + 24 * 40 + 7 });
    requireRecordBound(part, 168);
    expect(part.rows).to.be.within(1, whole.rows - 1);
    const at = whole.hour.indexOf(part.hour[0] ?? 0);
    expect(part.x.slice(0, part.width)).to.deep.equal(
      whole.x.slice(at * whole.width, (at + 1) * whole.width),
    );
    expect(peg({ from: 0, to: 0 }).records).to.equal(0);
  });
});

describe('the bound on a record’s examples', () => {
  const plain = buildExamples(computeFeatures(feed), { from: start + 24 * 20, to: start + 24 * 24 });
  const refused = (set: Pick<ExampleSet, 'records' | 'recordStart' | 'hour'>, hours = 24) => {
    expect(() => requireRecordBound(set, hours))
      .to.throw()
      .with.property('code', 'RECORD_BOUND');
  };

  it('is kept by days, mirrored or not', () => {
    requireRecordBound(plain, 24);
    requireRecordBound(withMirror(plain), 24);
  });

  it('refuses what would let one unit in more than once', () => {
    // Two days as one record, one day as two, and an hour three times.
    refused({ ...plain, records: 1, recordStart: Int32Array.of(0, 48) });
    refused({ ...plain, records: 2, recordStart: Int32Array.of(0, 12, 24) });
    refused({ records: 1, recordStart: Int32Array.of(0, 3), hour: Float64Array.of(48, 48, 48) });
    refused({ records: 1, recordStart: Int32Array.of(0, 1), hour: Float64Array.of(48.5) });
    refused({ records: 1, recordStart: Int32Array.of(0, 0), hour: new Float64Array() });
    refused(withMirror(plain), 25);
  });

  it('is asked before a gradient is computed', () => {
    const open = () =>
      openHeads(float64Engine, model, { peg: [{ ...plain, records: 1, recordStart: Int32Array.of(0, 48) }] });
    expect(open).to.throw().with.property('code', 'RECORD_BOUND');
  });
});
