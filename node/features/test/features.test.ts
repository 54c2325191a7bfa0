import { expect } from 'chai';
import fc from 'fast-check';
import {
  buildExamples,
  computeFeatures,
  FEATURE_CLIP,
  type HourlySeries,
  inputAt,
  mirrorExamples,
  PEG_HORIZONS,
  pegFeatureSchema,
  pegFeatures,
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

/** The same, as an oracle tells it: silent for hours, then a round or more. */
function posted(hours: number): HourlySeries {
  const { startHour, deviation } = path(hours);
  const age = new Float64Array(hours);
  const count = new Float64Array(hours);
  for (let t = 1; t < hours; t++) {
    count[t] = (t * t) % 7 < 2 ? t % 3 : 0;
    age[t] = count[t] === 0 ? (age[t - 1] ?? 0) + 1 : 0.25;
    if (count[t] === 0) deviation[t] = deviation[t - 1] ?? 0;
  }
  return { startHour, deviation, timing: { age, count } };
}

const series = posted(40 * 24);
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
  for (const horizon of PEG_HORIZONS) {
    const width = pegFeatures(horizon).length;

    it(`use the past and present alone (${horizon} h)`, () => {
      const full = computeFeatures(series, horizon);
      const cut = 25 * 24;
      const early = computeFeatures(sliceHours(series, series.startHour, series.startHour + cut), horizon);
      expect(full.x.slice(0, cut * width)).to.deep.equal(early.x);
      expect(full.scale.slice(0, cut)).to.deep.equal(early.scale);
    });

    it(`have no scale, where the floors do not reach (${horizon} h)`, () => {
      const table = computeFeatures(series, horizon);
      const larger = computeFeatures({ ...series, deviation: series.deviation.map((d) => 16 * d) }, horizon);
      for (const [j, { name }] of pegFeatures(horizon).entries()) {
        // Moves have a floor of 0.1 bp in ratios, S one of 0.5 bp in its average.
        const tolerance = /volatility$|^scale-trend$/.test(name) ? 0.2 : 1e-9;
        for (let t = table.warmup; t < table.rows; t += 17) {
          const at = t * width + j;
          expect(larger.x[at], name).to.be.closeTo(table.x[at] ?? Number.NaN, tolerance);
        }
      }
    });

    it(`keep or change their sign in the mirror as their parity says (${horizon} h)`, () => {
      const table = computeFeatures(series, horizon);
      const mirrored = computeFeatures({ ...series, deviation: series.deviation.map((d) => -d) }, horizon);
      const a = mirrorExamples(buildExamples(table, everything));
      const b = buildExamples(mirrored, everything);
      for (const key of ['x', 'y', 'deviation', 'scale'] as const) {
        const errors = a[key].map((v, i) => Math.abs(v - (b[key][i] ?? Number.NaN)));
        expect(Math.max(...errors)).to.be.lessThan(1e-9);
      }
    });

    it(`stay finite and clipped through flat lines, breaks and silence (${horizon} h)`, () => {
      const timing = {
        age: Float64Array.from({ length: 900 }, (_, t) => t),
        count: Float64Array.from({ length: 900 }, (_, t) => (t % 90 === 0 ? 1e4 : 0)),
      };
      for (const wild of [
        () => 0,
        (t: number) => (t < 600 ? 0 : -9900),
        (t: number) => (t % 2 ? 3000 : -3000),
      ]) {
        const deviation = Float64Array.from({ length: 900 }, (_, t) => wild(t));
        const { x } = computeFeatures({ startHour: 0, deviation, timing }, horizon);
        expect(x.every((v) => Math.abs(v) <= FEATURE_CLIP)).to.equal(true);
      }
    });
  }

  it('have distinct names, and a schema of their own at each horizon', () => {
    for (const horizon of PEG_HORIZONS) {
      const names = pegFeatures(horizon).map(({ name }) => name);
      expect(new Set(names).size).to.equal(horizon === 24 ? 13 : 26);
      expect(names.slice(0, 13)).to.deep.equal(pegFeatures(24).map(({ name }) => name));
    }
    expect(new Set(PEG_HORIZONS.map(pegFeatureSchema)).size).to.equal(3);
  });

  it('read an oracle’s silence, and nothing of the timing of a source that has none', () => {
    const row = (given: HourlySeries) => computeFeatures(given, 1).x.subarray(-26);
    const of = (x: Float64Array, name: string) => x[pegFeatures(1).findIndex((f) => f.name === name)];
    const { length } = series.deviation;
    const timing = {
      age: new Float64Array(length).with(length - 1, 22),
      count: new Float64Array(length).fill(1).with(length - 1, 0),
    };
    const x = row({ ...series, timing });
    expect(of(x, 'age')).to.be.closeTo(Math.log(23) - 1.5, 1e-12);
    expect(of(x, 'old')).to.be.closeTo(0.4, 1e-12);
    expect(of(x, 'count')).to.be.closeTo(-0.3, 1e-12);
    expect(of(x, 'young')).to.be.closeTo(Math.exp(-11) - 0.3, 1e-12);

    const { timing: _, ...untimed } = series;
    const without = row(untimed);
    for (const name of ['age', 'old', 'count', 'rate', 'young']) expect(of(without, name), name).to.equal(0);
    expect(of(without, 'young-deviation')).to.be.closeTo(0.3 * (of(without, 'deviation') ?? 0), 1e-12);
    expect(without.subarray(0, 13)).to.deep.equal(x.subarray(0, 13));
  });
});

describe('examples', () => {
  const table = computeFeatures(series);

  it('pair each row with what came a horizon later, in units of the scale then', () => {
    for (const horizon of PEG_HORIZONS) {
      const set = buildExamples(computeFeatures(series, horizon), everything);
      expect(set.rows).to.equal(40 * 24 - WARMUP_HOURS - horizon);
      for (const i of [0, 100, set.rows - 1]) {
        const t = (set.hour[i] ?? Number.NaN) - series.startHour;
        const outcome = (set.deviation[i] ?? 0) + (set.scale[i] ?? 0) * (set.y[i] ?? 0);
        expect(outcome).to.be.closeTo(series.deviation[t + horizon] ?? Number.NaN, 1e-9);
      }
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
