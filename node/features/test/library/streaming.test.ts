import { expect } from 'chai';
import fc from 'fast-check';
import {
  type BarFeature,
  computeFeatureMatrix,
  createFeatureStream,
  FEATURE_LIBRARY,
  selectFeatures,
} from '../../library/index.ts';
import { HOUR_MS } from '../../series.ts';
import { ExtremeWindow } from '../../streaming/extremes.ts';
import { MedianWindow } from '../../streaming/median.ts';
import { MomentWindow } from '../../streaming/moments.ts';
import { deviation, mean, median, moment, plainColumns } from '../support/plain.ts';
import { roughBars } from '../support/vectors.ts';

const HOURLY = { barSeconds: 3_600 };
const OF_BARS = FEATURE_LIBRARY.filter((feature): feature is BarFeature => feature.input === 'bars');

describe('windows of a stream', () => {
  const stream = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

  it('equal their definitions at every step', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 2, max: 9 }), (values, size) => {
        const moments = new MomentWindow(size);
        const [low, high] = [new ExtremeWindow('min', size), new ExtremeWindow('max', size)];
        const middle = new MedianWindow(size);
        for (const [t, value] of values.entries()) {
          for (const window of [moments, low, high, middle]) window.push(value);
          const last = values.slice(Math.max(0, t - size + 1), t + 1);
          const scale = Math.max(1, ...last.map(Math.abs));
          expect(moments.count).to.equal(last.length);
          expect(moments.mean).to.be.closeTo(mean(last), 1e-12 * scale);
          expect(moments.std('population')).to.be.closeTo(deviation(last, 0), 1e-12 * scale);
          expect(low.value).to.equal(Math.min(...last));
          expect(high.value).to.equal(Math.max(...last));
          expect(middle.value).to.equal(median(last));
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('have third and fourth moments, and none where nothing varies', () => {
    const window = new MomentWindow(50);
    const values = roughBars(200).map(({ close }) => close);
    for (const value of values) window.push(value);
    expect(window.skewness).to.be.closeTo(moment(values.slice(-50), 3), 1e-9);
    expect(window.excessKurtosis).to.be.closeTo(moment(values.slice(-50), 4) - 3, 1e-9);
    for (let i = 0; i < 50; i++) window.push(0.1);
    expect([window.mean, window.std(), window.skewness, window.excessKurtosis]).to.deep.equal([0.1, 0, 0, 0]);
  });

  it('keep nothing of a spike, an infinity or a NaN that has left', () => {
    for (const spike of [1e150, Number.POSITIVE_INFINITY, Number.NaN]) {
      const [window, high] = [new MomentWindow(5), new ExtremeWindow('max', 5)];
      for (const value of [1, 2, spike, 4, 5, 6, 7, 8]) {
        window.push(value);
        high.push(value);
      }
      expect(window.mean).to.equal(6);
      expect(window.std()).to.be.closeTo(Math.sqrt(2.5), 1e-15);
      expect(high.value).to.equal(8);
    }
  });
});

describe('features as a stream', () => {
  const bars = roughBars(10_000);
  const matrix = computeFeatureMatrix(OF_BARS, bars, HOURLY);
  const width = matrix.columns.length;

  it('equal the plain formulas to 1e-9 at each of 10,000 bars', () => {
    const plain = plainColumns(bars);
    const compared = matrix.columns.filter(({ name }) => plain[name] !== undefined);
    expect(compared)
      .to.have.length(Object.keys(plain).length)
      .and.length(width - 24);
    for (const [j, { name }] of matrix.columns.entries()) {
      const expected = plain[name];
      if (expected === undefined) continue;
      let worst = 0;
      for (let t = 0; t < bars.length; t++) {
        const want: number = expected[t] ?? Number.NaN;
        const isMissing = matrix.missing[t * width + j] === 1;
        if (isMissing !== Number.isNaN(want))
          expect.fail(`${name} at bar ${t}: missing ${isMissing}, expected ${want}`);
        if (!isMissing)
          worst = Math.max(worst, Math.abs((matrix.values[t * width + j] ?? Number.NaN) - want));
      }
      expect(worst, name).to.be.at.most(1e-9);
    }
  });

  it('know every column from the last bar of their warm-up on, and not all before', () => {
    for (const feature of OF_BARS) {
      const { columns, missing, warmupBars } = computeFeatureMatrix([feature], bars.slice(0, 300), HOURLY);
      expect(warmupBars).to.equal(feature.warmupBars);
      const absent = (from: number, to: number) =>
        missing.subarray(from * columns.length, to * columns.length).reduce((sum, bit) => sum + bit, 0);
      expect(absent(warmupBars - 1, 300), feature.name).to.equal(0);
      if (warmupBars > 1) expect(absent(warmupBars - 2, warmupBars - 1), feature.name).to.be.greaterThan(0);
    }
  });

  it('have 42 columns of a series, 48 with its range, 24 of the calendar, and a first full row at the 60th bar', () => {
    const series = OF_BARS.filter(({ name }) => name.startsWith('close-'));
    const ranges = selectFeatures(['parkinson', 'garman-klass']);
    const global = selectFeatures(['fourier', 'calendar']);
    const count = (features: readonly { readonly columns: readonly unknown[] }[]) =>
      features.reduce((sum, { columns }) => sum + columns.length, 0);
    expect([count(series), count([...series, ...ranges]), count(global)]).to.deep.equal([42, 48, 24]);
    expect(createFeatureStream([...series, ...ranges, ...global], HOURLY).warmupBars).to.equal(60);
  });

  it('refuse bars that are not one bar apart', () => {
    const stream = createFeatureStream(OF_BARS, HOURLY);
    const [first, second, third] = roughBars(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error('no bars');
    stream.push(first);
    for (const bar of [
      first,
      third,
      { ...second, time: second.time + 0.5 },
      { ...second, time: Number.NaN },
    ]) {
      expect(() => stream.push(bar))
        .to.throw()
        .with.property('code', 'BAR_TIME');
    }
    expect(() => createFeatureStream(OF_BARS, { barSeconds: 0.5 }))
      .to.throw()
      .with.property('code', 'BAR_TIME');
    stream.push(second);
  });
});

describe('features by their laws', () => {
  const columnOf = (name: string, bars: Parameters<typeof computeFeatureMatrix>[1]) => {
    const feature = OF_BARS.find(({ columns }) => columns.some((column) => column.name === name));
    if (feature === undefined) throw new Error(name);
    const { columns, values } = computeFeatureMatrix([feature], bars, HOURLY);
    const at = columns.findIndex((column) => column.name === name);
    return values.filter((_, i) => i % columns.length === at);
  };
  const barsOf = (close: (t: number) => number, count: number) =>
    Array.from({ length: count }, (_, t) => {
      const price = close(t);
      return { time: t * HOUR_MS, open: price, high: price, low: price, close: price, volume: 0, flags: 0 };
    });

  it('first differences move with the series and second differences of t² are constant', () => {
    const squares = barsOf((t) => (t + 1) ** 2, 40);
    for (const p of [1, 7]) {
      expect(columnOf(`close-difference-${p}`, squares).slice(p)).to.deep.equal(
        Float64Array.from({ length: 40 - p }, (_, i) => (i + p + 1) ** 2 - (i + 1) ** 2),
      );
      expect(new Set(columnOf(`close-second-difference-${p}`, squares).slice(2 * p))).to.deep.equal(
        new Set([2 * p * p]),
      );
    }
  });

  it('seasons come back to the bit, a day of them after 24 bars of an hour and 96 of a quarter', () => {
    for (const [step, bars] of [
      [HOUR_MS, 24],
      [HOUR_MS / 4, 96],
    ] as const) {
      const stream = createFeatureStream(selectFeatures(['fourier', 'calendar']), {
        barSeconds: step / 1000,
      });
      const rows = Array.from({ length: bars + 1 }, (_, t) => {
        const time = 1_700_000_000_000 + t * step;
        return stream.push({ time, open: 1, high: 1, low: 1, close: 1, volume: 0, flags: 0 }).values;
      });
      const day = (row: Float64Array | undefined) => row?.slice(0, 6);
      expect(day(rows[bars])).to.deep.equal(day(rows[0]));
      expect(day(rows[bars / 2])).to.not.deep.equal(day(rows[0]));
    }
  });

  it('range estimators find the volatility of a simulated walk within 5 %', () => {
    let state = 3;
    let price = 0;
    const [steps, sigma] = [4_000, 0.01];
    const walk = Array.from({ length: 330 }, (_, t) => {
      const open = price;
      let [high, low] = [open, open];
      for (let i = 0; i < steps; i++) {
        state = (state * 48_271) % 2_147_483_647;
        price += ((state & 65_536) === 0 ? sigma : -sigma) / Math.sqrt(steps);
        high = Math.max(high, price);
        low = Math.min(low, price);
      }
      const [o, h, l, c] = [open, high, low, price].map(Math.exp) as [number, number, number, number];
      return { time: t * HOUR_MS, open: o, high: h, low: l, close: c, volume: 0, flags: 0 };
    });
    for (const name of ['parkinson-30', 'garman-klass-30']) {
      const variances = columnOf(name, walk)
        .slice(29)
        .map((value) => value ** 2);
      expect(Math.sqrt(mean([...variances])) / sigma, name).to.be.within(0.95, 1.05);
    }
  });
});
