import { expect } from 'chai';
import {
  buildRiskExamples,
  computeMarketFeatures,
  FLAGS,
  type MarketWindow,
  RISK_FEATURE_CLIP,
  RISK_FEATURES,
  RISK_WARMUP_HOURS,
  riskFeatureSchema,
  riskInputAt,
} from '../index.ts';

/** A rough price path with volumes. */
function path(
  hours: number,
  seed = 7,
): Required<Pick<MarketWindow, 'startHour' | 'close'>> & { volume: Float64Array } {
  let state = seed;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  let price = 1_000;
  const close = new Float64Array(hours);
  const volume = new Float64Array(hours);
  for (let t = 0; t < hours; t++) {
    price *= Math.exp((next() - 0.5) * (t % 500 < 60 ? 0.06 : 0.012));
    close[t] = price;
    volume[t] = 100 + 50 * next();
  }
  return { startHour: 24_000, close, volume };
}

const HOURS = 40 * 24;
const WIDTH = RISK_FEATURES.length;
const market = path(HOURS);
const reference = path(HOURS, 99);
const table = computeMarketFeatures(market, reference);
const all = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const examples = buildRiskExamples(table, all);

describe('risk features', () => {
  it('are finite and bounded, after a month to fill the averages', () => {
    expect(table.warmup).to.equal(RISK_WARMUP_HOURS);
    expect(table.x.every((v) => Math.abs(v) <= RISK_FEATURE_CLIP)).to.equal(true);
    expect(table.x.subarray(0, table.warmup * WIDTH).every((v) => v === 0)).to.equal(true);
    expect(table.x.subarray(table.warmup * WIDTH).some((v) => v !== 0)).to.equal(true);
  });

  it('know nothing of later hours', () => {
    const at = 35 * 24;
    const close = market.close.map((v, t) => (t > at ? 3 * v : v));
    const volume = market.volume.map((v, t) => (t > at ? 9 * v : v));
    const later = computeMarketFeatures(
      { ...market, close, volume },
      { ...reference, close: reference.close.map((v, t) => (t > at ? v * 2 : v)) },
    );
    expect(later.x.slice(0, (at + 1) * WIDTH)).to.deep.equal(table.x.slice(0, (at + 1) * WIDTH));
    expect(later.x).not.to.deep.equal(table.x);
  });

  it('are the same in another unit of price and of volume', () => {
    const close = market.close.map((v) => v / 4_096);
    const volume = market.volume.map((v) => v * 1_024);
    const scaled = computeMarketFeatures({ ...market, close, volume }, reference);
    for (const [i, v] of scaled.x.entries()) expect(v).to.be.closeTo(table.x[i] ?? Number.NaN, 1e-9);
  });

  it('take the mean of the public markets that have the hour, in any order', () => {
    const third = path(HOURS, 5);
    const late = { ...third, startHour: third.startHour + 36 * 24 };
    const both = computeMarketFeatures(market, [reference, late]);
    expect(computeMarketFeatures(market, [late, reference]).x).to.deep.equal(both.x);
    const at = (given: typeof both, t: number, name: string) =>
      given.x[t * WIDTH + RISK_FEATURES.findIndex((feature) => feature.name === name)] ?? Number.NaN;
    const alone = computeMarketFeatures(market, late);
    for (const t of [35 * 24, 37 * 24, 39 * 24]) {
      for (const { name } of RISK_FEATURES.filter((feature) => feature.name.startsWith('public-'))) {
        const [a, b] = [at(table, t, name), at(alone, t, name)];
        const mean = t < 36 * 24 ? a : (a + b) / 2;
        if (Math.max(Math.abs(a), Math.abs(b)) < RISK_FEATURE_CLIP) {
          expect(at(both, t, name), `${name} ${t}`).to.be.closeTo(mean, 1e-9);
        }
      }
    }
    expect(computeMarketFeatures(market, []).x).to.deep.equal(
      computeMarketFeatures(market, { startHour: 0, close: new Float64Array(0) }).x,
    );
  });

  it('measure a fall by lows where they are known, and by a scale that has seen no later hour', () => {
    const low = market.close.map((v, t) => (t === 800 ? v / 2 : v));
    const given = computeMarketFeatures({ ...market, low }, reference);
    expect(given.x).to.deep.equal(table.x);
    const fall = Math.log((market.close[780] ?? 0) / (low[800] ?? 1));
    expect(given.drawdown[804]).to.be.closeTo(fall, 1e-12);
    expect(given.drawdown[903]).to.equal(table.drawdown[903]);
    const wild = market.close.map((v, t) => (t > 800 ? v * (t % 2 === 0 ? 2 : 1) : v));
    const later = computeMarketFeatures({ ...market, close: wild }, reference);
    expect(later.usual.slice(0, 801)).to.deep.equal(table.usual.slice(0, 801));
    expect(later.usual[900]).to.be.greaterThan(2 * (table.usual[900] ?? 0));
  });

  it('are zero where there is no reference and no volume', () => {
    const index = (name: string) => RISK_FEATURES.findIndex((feature) => feature.name === name);
    const bare = computeMarketFeatures(
      { startHour: market.startHour, close: market.close },
      { startHour: market.startHour + 10 * HOURS, close: reference.close },
    );
    for (let t = bare.warmup; t < bare.rows; t++) {
      for (const { name } of RISK_FEATURES.filter((feature) => feature.name.startsWith('public-'))) {
        expect(bare.x[t * WIDTH + index(name)]).to.equal(0);
      }
      expect(bare.x[t * WIDTH + index('volume')]).to.equal(0);
    }
  });

  it('are named by a hash that is fixed', () => {
    expect(riskFeatureSchema()).to.match(/^[0-9a-f]{64}$/);
    expect(riskFeatureSchema()).to.equal(riskFeatureSchema());
  });
});

describe('risk examples', () => {
  it('have labels of the next 24 hours, by hand', () => {
    const i = 100;
    const t = (examples.hour[i] ?? 0) - table.startHour;
    const now = market.close[t] ?? Number.NaN;
    const next = market.close.slice(t + 1, t + 25);
    expect(examples.drawdown[i]).to.be.closeTo(Math.max(0, Math.log(now / Math.min(...next))), 1e-12);
    const returns = Array.from(next, (price, k) => Math.log(price / (k === 0 ? now : (next[k - 1] ?? 0))));
    const realised = Math.sqrt(returns.reduce((sum, r) => sum + r * r, 0));
    expect(examples.volatility[i]).to.be.closeTo(Math.log(realised), 1e-9);
    expect(examples.lastVolatility[i + 24]).to.be.closeTo(examples.volatility[i] ?? Number.NaN, 1e-12);
    expect(examples.lastDrawdown[i + 24]).to.be.closeTo(examples.drawdown[i] ?? Number.NaN, 1e-12);
  });

  it('are records of whole UTC days, and stop where labels would pass the end', () => {
    expect(examples.rows).to.equal(HOURS - RISK_WARMUP_HOURS - 24);
    for (let r = 0; r < examples.records; r++) {
      const rows = examples.hour.slice(examples.recordStart[r], examples.recordStart[r + 1]);
      expect(new Set(rows.map((hour) => Math.floor(hour / 24))).size).to.equal(1);
    }
    expect(buildRiskExamples(table, { from: 0, to: 0 }).rows).to.equal(0);
  });

  it('leave out hours whose close is unknown or a gap, and no others', () => {
    const flags = new Uint8Array(HOURS);
    const at = RISK_WARMUP_HOURS + 30;
    flags[at] = FLAGS.gap;
    flags[at + 1] = FLAGS.held;
    const close = Float64Array.from(market.close);
    close[at + 3] = Number.NaN;
    const some = buildRiskExamples(computeMarketFeatures({ ...market, close, flags }, reference), all);
    const hours = new Set(some.hour);
    const missing = [...examples.hour]
      .filter((hour) => !hours.has(hour))
      .map((hour) => hour - market.startHour);
    expect(missing).to.deep.equal([at, at + 3]);
    expect(some.drawdown.every(Number.isFinite) && some.volatility.every(Number.isFinite)).to.equal(true);
  });

  it('give the input of one hour as the table has it, and refuse others', () => {
    const hour = table.startHour + RISK_WARMUP_HOURS;
    expect(riskInputAt(table, hour).x).to.deep.equal(examples.x.slice(0, WIDTH));
    for (const wrong of [hour - 1, hour + 0.5, table.startHour + HOURS]) {
      expect(() => riskInputAt(table, wrong))
        .to.throw()
        .with.property('code', 'FEATURES_UNKNOWN');
    }
  });

  it('need a start on a whole hour', () => {
    expect(() => computeMarketFeatures({ ...market, startHour: 0.5 }, reference))
      .to.throw()
      .with.property('code', 'WINDOW_NOT_FINITE');
  });
});
