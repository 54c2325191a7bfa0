import { expect } from 'chai';
import { seeded } from '../../metrics/test/support.ts';
import {
  ewmaVolatility,
  forecastVariances,
  garchVolatility,
  harVolatility,
  MAX_HORIZON,
  MAX_WINDOW,
  realisedVariances,
  type VolatilityModel,
} from '../index.ts';
import { minimise } from '../nelder-mead.ts';

const { normal } = seeded(31);

function garchReturns(steps: number, omega: number, alpha: number, beta: number, shock = normal) {
  let variance = omega / (1 - alpha - beta);
  return Float64Array.from({ length: steps }, () => {
    const value = Math.sqrt(variance) * shock();
    variance = omega + alpha * value * value + beta * variance;
    return value;
  });
}

/** Returns whose r² is a realised variance that follows a HAR of 1, 5 and 22 steps in its logarithm. */
function harReturns(steps: number, [c, day, week, month]: readonly [number, number, number, number]) {
  const logs: number[] = Array.from({ length: 22 }, () => c / (1 - day - week - month));
  const mean = (count: number) =>
    Math.log(logs.slice(-count).reduce((sum, log) => sum + Math.exp(log), 0) / count);
  while (logs.length < steps) {
    logs.push(c + day * mean(1) + week * mean(5) + month * mean(22) + 0.3 * normal());
  }
  return Float64Array.from(logs, (log, t) => (t % 2 === 0 ? 1 : -1) * Math.exp(log / 2));
}

const models: readonly VolatilityModel<unknown>[] = [
  ewmaVolatility(),
  harVolatility({ form: 'level', windows: [4, 24, 96] }),
  harVolatility({ form: 'log', windows: [4, 24, 96] }),
  garchVolatility(),
];

describe('volatility models', () => {
  const returns = garchReturns(12_000, 2e-6, 0.08, 0.9);

  it('GARCH is recovered: α to 0.02, β to 0.04, long-run variance to 15 %', () => {
    const { omega, alpha, beta } = garchVolatility().fit(returns, 24);
    expect(alpha).to.be.closeTo(0.08, 0.02);
    expect(beta).to.be.closeTo(0.9, 0.04);
    expect(omega / (1 - alpha - beta) / 1e-4).to.be.within(0.85, 1.15);
  });

  it('GARCH is recovered from shocks with heavy tails too, to 0.03 and 0.06', () => {
    // Student's t with 8 degrees of freedom, of unit variance.
    const student = () => {
      let square = 0;
      for (let i = 0; i < 8; i++) square += normal() ** 2;
      return normal() * Math.sqrt(6 / square);
    };
    const { alpha, beta } = garchVolatility().fit(garchReturns(12_000, 2e-6, 0.08, 0.9, student), 24);
    expect(alpha).to.be.closeTo(0.08, 0.03);
    expect(beta).to.be.closeTo(0.9, 0.06);
  });

  it('HAR is recovered in the log, each coefficient to 0.08, and the spread of its shocks to 5 %', () => {
    const truth = [-0.9, 0.4, 0.3, 0.2] as const;
    const model = harVolatility({ form: 'log', windows: [1, 5, 22] });
    const { coefficients, residualVariance } = model.fit(harReturns(8_000, truth), 1);
    for (const [i, value] of truth.slice(1).entries()) {
      expect(coefficients[i + 1], `b${i + 1}`).to.be.closeTo(value, 0.08);
    }
    expect(Math.sqrt(residualVariance)).to.be.closeTo(0.3, 0.015);
  });

  it('HAR in the level finds the persistence that there is, and is never below what was seen', () => {
    const model = harVolatility({ form: 'level', windows: [1, 5, 22] });
    const parameters = model.fit(harReturns(8_000, [-0.9, 0.4, 0.3, 0.2]), 1);
    const sum = parameters.coefficients.slice(1).reduce((total, value) => total + value, 0);
    expect(sum).to.be.within(0.8, 1);
    const state = model.open({ ...parameters, coefficients: [-1, 0, 0, 0] });
    for (let t = 0; t < 22; t++) state.update(0.01);
    expect(state.forecast()).to.equal(parameters.least);
  });

  it('EWMA takes a half-life that suits how long volatility lasts, and is unbiased under QLIKE', () => {
    const fast = ewmaVolatility().fit(garchReturns(4_000, 2e-5, 0.3, 0.5), 4);
    const slow = ewmaVolatility().fit(garchReturns(4_000, 5e-7, 0.02, 0.975), 4);
    expect(fast.halfLife).to.be.lessThan(slow.halfLife);
    const forecast = forecastVariances(ewmaVolatility().open(slow), returns);
    expect(forecast.every((value) => value > 0)).to.equal(true);
    expect(ewmaVolatility({ halfLife: 24 }).fit(returns, 4).halfLife).to.equal(24);
  });

  for (const model of models) {
    it(`${model.name}: a longer history changes no forecast already made, and a copy forecasts the same`, () => {
      const short = returns.subarray(0, 1_500);
      const parameters = model.fit(short, 24);
      const whole = forecastVariances(model.open(parameters), returns.subarray(0, 2_000));
      expect(forecastVariances(model.open(parameters), short)).to.deep.equal(whole.subarray(0, 1_500));
      const read = JSON.parse(JSON.stringify(parameters));
      expect(forecastVariances(model.open(read), short)).to.deep.equal(whole.subarray(0, 1_500));
      expect(model.fit(short, 24)).to.deep.equal(parameters);
    });

    it(`${model.name}: about right on average, and refuses what it cannot be fitted on`, () => {
      const forecast = forecastVariances(model.open(model.fit(returns, 24)), returns);
      const realised = realisedVariances(returns, 24);
      let [told, came] = [0, 0];
      for (let t = 200; t < returns.length - 24; t++) {
        told += forecast[t]!;
        came += realised[t]!;
      }
      expect(told / came).to.be.within(0.85, 1.15);
      const refuses = (work: () => unknown) =>
        expect(work).to.throw().with.property('code', 'VOLATILITY_INPUT');
      refuses(() => model.fit(returns.subarray(0, 90), 24));
      refuses(() => model.fit(returns, 0));
      refuses(() => model.fit(returns, MAX_HORIZON + 1));
      refuses(() => model.fit(returns.with(700, Number.NaN), 24));
      const state = model.open(model.fit(returns.subarray(0, 1_000), 24));
      expect(state.forecast()).to.be.NaN;
      refuses(() => state.update(Number.POSITIVE_INFINITY));
    });
  }

  it('running sums stay what a recount gives, and windows have limits', () => {
    const model = harVolatility({ form: 'level', windows: [3, 7] });
    const state = model.open({
      form: 'level',
      windows: [3, 7],
      coefficients: [0, 1, 1],
      least: 0,
      residualVariance: 0,
      horizon: 1,
    });
    for (let t = 0; t < 5_000; t++) {
      state.update(returns[t]!);
      if (t < 7) continue;
      const mean = (count: number) =>
        returns.subarray(t + 1 - count, t + 1).reduce((sum, v) => sum + v * v, 0) / count;
      expect(state.forecast()).to.be.closeTo(mean(3) + mean(7), 1e-15);
    }
    for (const windows of [[], [5, 5], [MAX_WINDOW + 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
      expect(() => harVolatility({ form: 'log', windows }))
        .to.throw()
        .with.property('code', 'VOLATILITY_INPUT');
    }
  });
});

describe('simplex of Nelder and Mead', () => {
  it('finds the bottom of a curved valley, and ends after its evaluations', () => {
    const valley = ([x = 0, y = 0]: readonly number[]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    const { at, evaluations } = minimise(valley, [-1.2, 1]);
    expect(at[0]).to.be.closeTo(1, 1e-3);
    expect(at[1]).to.be.closeTo(1, 1e-3);
    expect(evaluations).to.be.lessThan(400);
    expect(minimise(valley, [-1.2, 1], { most: 30 }).evaluations).to.be.lessThan(35);
    expect(minimise((p) => (p[0] === 0 ? 5 : Number.NaN), [0]).value).to.equal(5);
  });
});
