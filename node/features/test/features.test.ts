import { expect } from 'chai';
import fc from 'fast-check';
import {
  buildExamples,
  computeFeatures,
  FEATURE_CLIP,
  FEATURES,
  type HourlySeries,
  inputAt,
  mirrorExamples,
  sliceHours,
  WARMUP_HOURS,
  withMirror,
} from '../index.ts';
import { absoluteChange, ewma, rollingRange } from '../rolling.ts';

/** A deterministic rough path around the peg. */
function path(hours: number, startHour = 24_000): HourlySeries {
  let state = 12345;
  let level = 0;
  const deviation = Float64Array.from({ length: hours }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    level = 0.97 * level + (state / 2 ** 32 - 0.5) * 8;
    return level;
  });
  return { startHour, deviation };
}

const series = path(40 * 24);
const everything = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

describe('rolling statistics', () => {
  it('follow their definitions by hand', () => {
    expect(Array.from(ewma(Float64Array.of(0, 8, 8), 1))).to.deep.equal([0, 4, 6]);
    expect(Array.from(ewma(Float64Array.of(Number.NaN, 4, 8), 1))).to.deep.equal([Number.NaN, 4, 6]);
    expect(Array.from(absoluteChange(Float64Array.of(1, 5, 2), 1))).to.deep.equal([Number.NaN, 4, 3]);
    expect(Array.from(rollingRange(Float64Array.of(1, 5, 2, 2), 2))).to.deep.equal([
      Number.NaN,
      Number.NaN,
      4,
      3,
    ]);
  });
});

describe('peg features', () => {
  it('use the past and present alone', () => {
    const full = computeFeatures(series);
    const cut = 25 * 24;
    const early = computeFeatures(sliceHours(series, series.startHour, series.startHour + cut));
    expect(full.x.slice(0, cut * FEATURES.length)).to.deep.equal(early.x);
    expect(full.scale.slice(0, cut)).to.deep.equal(early.scale);
  });

  it('have no scale, where the floors do not reach', () => {
    const table = computeFeatures(series);
    const larger = computeFeatures({ ...series, deviation: series.deviation.map((d) => 16 * d) });
    for (const [j, { name }] of FEATURES.entries()) {
      // The ratios of moves have a floor of 0.1 bp.
      const tolerance = name.endsWith('volatility') ? 0.1 : 1e-9;
      for (let t = table.warmup; t < table.rows; t += 17) {
        const at = t * FEATURES.length + j;
        expect(larger.x[at], name).to.be.closeTo(table.x[at] ?? Number.NaN, tolerance);
      }
    }
  });

  it('keep or change their sign in the mirror as their parity says', () => {
    const table = computeFeatures(series);
    const mirrored = computeFeatures({ ...series, deviation: series.deviation.map((d) => -d) });
    const a = mirrorExamples(buildExamples(table, everything));
    const b = buildExamples(mirrored, everything);
    for (const key of ['x', 'y', 'deviation', 'scale'] as const) {
      expect(Math.max(...a[key].map((v, i) => Math.abs(v - (b[key][i] ?? Number.NaN))))).to.be.lessThan(1e-9);
    }
  });

  it('stay finite and clipped through flat lines and breaks', () => {
    for (const wild of [
      () => 0,
      (t: number) => (t < 600 ? 0 : -9900),
      (t: number) => (t % 2 ? 3000 : -3000),
    ]) {
      const deviation = Float64Array.from({ length: 900 }, (_, t) => wild(t));
      const { x } = computeFeatures({ startHour: 0, deviation });
      expect(x.every((v) => Math.abs(v) <= FEATURE_CLIP)).to.equal(true);
    }
  });

  it('have distinct names and 33 weights in a linear model of three quantiles', () => {
    expect(new Set(FEATURES.map(({ name }) => name)).size).to.equal(11);
  });
});

describe('examples', () => {
  const table = computeFeatures(series);

  it('pair each row with what came 24 hours later, in units of the scale then', () => {
    const set = buildExamples(table, everything);
    expect(set.rows).to.equal(40 * 24 - WARMUP_HOURS - 24);
    for (const i of [0, 100, set.rows - 1]) {
      const t = (set.hour[i] ?? Number.NaN) - series.startHour;
      const outcome = (set.deviation[i] ?? 0) + (set.scale[i] ?? 0) * (set.y[i] ?? 0);
      expect(outcome).to.be.closeTo(series.deviation[t + 24] ?? Number.NaN, 1e-9);
    }
  });

  it('stay inside their range and are grouped by UTC day, whatever the range', () => {
    const hours = fc.integer({ min: -50, max: 41 * 24 });
    fc.assert(
      fc.property(hours, hours, (a, b) => {
        const range = { from: series.startHour + a, to: series.startHour + b };
        const set = buildExamples(table, range);
        expect(set.hour.every((hour) => hour >= range.from && hour < range.to)).to.equal(true);
        expect(set.recordStart).to.have.length(set.records + 1);
        expect(set.recordStart[set.records]).to.equal(set.rows);
        const days = new Set<number>();
        for (let r = 0; r < set.records; r++) {
          const hoursOfRecord = set.hour.slice(set.recordStart[r], set.recordStart[r + 1]);
          expect(hoursOfRecord.length).to.be.within(1, 24);
          const inDays = new Set(Array.from(hoursOfRecord, (hour) => Math.floor(hour / 24)));
          expect(inDays.size).to.equal(1);
          for (const day of inDays) {
            expect(days.has(day)).to.equal(false);
            days.add(day);
          }
        }
      }),
      { seed: 9, numRuns: 200 },
    );
  });

  it('can be asked for at one hour, up to the last, label or no label', () => {
    const last = series.startHour + series.deviation.length - 1;
    expect(inputAt(table, last).deviation[0]).to.equal(series.deviation.at(-1));
    const set = buildExamples(table, everything);
    expect(inputAt(table, set.hour[5] ?? 0).x).to.deep.equal(set.x.slice(5 * set.width, 6 * set.width));
    for (const hour of [last + 1, series.startHour + WARMUP_HOURS - 1, last - 0.5]) {
      expect(() => inputAt(table, hour))
        .to.throw()
        .with.property('code', 'FEATURES_UNKNOWN');
    }
  });

  it('are doubled by their mirror inside the same records', () => {
    const set = buildExamples(table, { from: series.startHour + 370, to: series.startHour + 500 });
    const both = withMirror(set);
    expect(both.records).to.equal(set.records);
    expect(Array.from(both.recordStart)).to.deep.equal(Array.from(set.recordStart, (s) => 2 * s));
    for (let r = 0; r < set.records; r++) {
      const rows = (set.recordStart[r + 1] ?? 0) - (set.recordStart[r] ?? 0);
      const from = both.recordStart[r] ?? 0;
      for (let i = 0; i < rows; i++) expect(both.y[from + i]).to.equal(-(both.y[from + rows + i] ?? 0));
    }
  });
});
