import { expect } from 'chai';
import fc from 'fast-check';
import { layoutSize } from '../../../protocol/layout.ts';
import {
  buildExamples,
  computeFeatures,
  type ExampleSet,
  PEG_HORIZONS,
  pegFeatures,
} from '../../features/index.ts';
import {
  baselineQuantiles,
  createPegModel,
  empiricalQuantile,
  evaluateModel,
  expectedReversion,
  fitPublicNumbers,
  forecastQuantiles,
  genesisWeights,
  meanPinball,
  modelShare,
  pinball,
  pinballSlope,
  predictScaled,
  QUANTILE_LEVELS,
} from '../index.ts';

const linear = createPegModel({ kind: 'linear' });
const mlp = createPegModel({ kind: 'mlp', hidden: 8 });

/** A path that returns to an average, so that a baseline of mean reversion has something to find. */
function examples(): ExampleSet {
  let state = 99;
  let level = 0;
  const deviation = Float64Array.from({ length: 100 * 24 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    level = 0.93 * level + (state / 2 ** 32 - 0.5) * 8;
    return level;
  });
  const range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  return buildExamples(computeFeatures({ startHour: 0, deviation }), range);
}
const set = examples();
const numbers = fitPublicNumbers(set);

describe('peg model', () => {
  it('has 39 weights at 24 h and 78 below, or 131 and 235 with a hidden layer of 8, and says so in its layout', () => {
    const sizes = [linear.spec, mlp.spec].map((spec) =>
      PEG_HORIZONS.map((horizon) => createPegModel(spec, horizon).size),
    );
    expect(sizes).to.deep.equal([
      [78, 78, 39],
      [235, 235, 131],
    ]);
    expect(layoutSize(mlp.layout)).to.equal(131);
    for (const hidden of [0, 1.5, 21]) {
      expect(() => createPegModel({ kind: 'mlp', hidden }))
        .to.throw()
        .with.property('code', 'MODEL_SPEC');
    }
  });

  it('forecasts no change at genesis', () => {
    for (const model of [linear, mlp]) {
      const f = predictScaled(model, genesisWeights(model), set.x);
      expect(f.every((value) => value === 0)).to.equal(true);
    }
    const hidden = genesisWeights(mlp).slice(0, 104);
    const units = Array.from({ length: 8 }, (_, h) => hidden.filter((_, i) => i % 8 === h).join());
    expect(new Set(units).size).to.equal(8);
  });

  it('computes what its formula says', () => {
    const w = Float64Array.from({ length: linear.size }, (_, i) => i / 10);
    const x = Float64Array.from({ length: 13 }, (_, j) => j - 3);
    const f = predictScaled(linear, w, x);
    const byHand = [0, 1, 2].map((q) => x.reduce((sum, v, j) => sum + v * (w[3 * j + q] ?? 0), 0));
    for (const [q, value] of byHand.entries()) expect(f[q]).to.be.closeTo(value, 1e-12);
    const v = Float64Array.from({ length: mlp.size }, (_, i) => Math.sin(i));
    const a = Array.from({ length: 8 }, (_, h) =>
      Math.tanh(x.reduce((sum, value, j) => sum + value * (v[8 * j + h] ?? 0), 0)),
    );
    const g = predictScaled(mlp, v, x);
    for (const q of [0, 1, 2]) {
      const output = a.reduce((sum, value, h) => sum + value * (v[104 + 3 * h + q] ?? 0), v[128 + q] ?? 0);
      expect(g[q]).to.be.closeTo(output, 1e-12);
    }
  });

  it('refuses weights and inputs of another size', () => {
    expect(() => predictScaled(linear, new Float64Array(38), row()))
      .to.throw()
      .with.property('code', 'MODEL_SIZE');
    expect(() => predictScaled(linear, new Float64Array(linear.size), new Float64Array(10)))
      .to.throw()
      .with.property('code', 'MODEL_SIZE');
  });
});

const row = () => new Float64Array(13);

describe('pinball loss', () => {
  it('is τ of what lies above and 1 − τ of what lies below, and its slope is its derivative', () => {
    expect(pinball(0.9, 1, 3)).to.be.closeTo(1.8, 1e-12);
    expect(pinball(0.9, 3, 1)).to.be.closeTo(0.2, 1e-12);
    for (const [q, y] of [
      [1, 3],
      [3, 1],
    ] as const) {
      const slope = (pinball(0.9, q + 1e-6, y) - pinball(0.9, q - 1e-6, y)) / 2e-6;
      expect(pinballSlope(0.9, q, y)).to.be.closeTo(slope, 1e-8);
    }
    expect(pinballSlope(0.9, 1, 1)).to.equal(0);
  });

  it('is least at the empirical quantile', () => {
    const values = Float64Array.from({ length: 101 }, (_, i) => (i * 37) % 101);
    expect(empiricalQuantile(values, 0.9)).to.be.closeTo(90, 1e-9);
    const loss = (q: number) => values.reduce((sum, y) => sum + pinball(0.9, q, y), 0);
    for (const q of [80, 88, 92, 99]) expect(loss(q)).to.be.greaterThan(loss(90));
  });
});

describe('baselines and public numbers', () => {
  it('are the best of their kind on what they were fitted on', () => {
    const loss = (change: Partial<typeof numbers>, baseline: 'B0' | 'B2') =>
      meanPinball(baselineQuantiles(baseline, { ...numbers, ...change }, set), set);
    for (const shift of [-0.5, 0.5]) {
      const persistence = numbers.persistence.map((q) => q + shift);
      expect(loss({ persistence }, 'B0')).to.be.greaterThan(loss({}, 'B0'));
    }
    expect(numbers.scaledPersistence[1]).to.be.closeTo(empiricalQuantile(set.y, 0.5), 1e-12);
  });

  it('find mean reversion where there is some', () => {
    const report = evaluateModel(linear, genesisWeights(linear), numbers, set);
    expect(report.baselineLoss.B3).to.be.lessThan(0.9 * report.baselineLoss.B2);
    const { coefficients } = numbers.meanReversion;
    const residual = (change: number) =>
      set.y.reduce(
        (sum, y, i) =>
          sum +
          (y -
            expectedReversion(
              coefficients.map((c) => c + change),
              set.x,
              set.width,
              i,
            )) **
            2,
        0,
      );
    expect(residual(0.02)).to.be.greaterThan(residual(0));
    expect(residual(-0.02)).to.be.greaterThan(residual(0));
  });

  it('need enough examples', () => {
    expect(() => fitPublicNumbers({ ...set, rows: 999 }))
      .to.throw()
      .with.property('code', 'EXAMPLES_TOO_FEW');
  });
});

describe('forecast', () => {
  it('trusts the model in the range it was trained in and B2 beyond twice the range', () => {
    const anchor = { scale: 10 };
    expect([0.5, 10, 15, 20, 500].map((scale) => modelShare(anchor, scale))).to.deep.equal([1, 1, 0.5, 0, 0]);
    const far = 2 * numbers.anchor.scale;
    const input = { x: row().fill(1), scale: Float64Array.of(far), deviation: Float64Array.of(-5000) };
    const b2 = baselineQuantiles('B2', numbers, input);
    const wild = new Float64Array(linear.size).fill(50);
    expect(forecastQuantiles(linear, wild, numbers, input)).to.deep.equal(b2);
  });

  it('does not put a model right whose tails are reversed: it becomes a point forecast', () => {
    const weights = new Float64Array(linear.size);
    const bias = pegFeatures(24).findIndex(({ name }) => name === 'bias');
    const input = { x: row().fill(1), scale: Float64Array.of(3), deviation: Float64Array.of(5) };
    const anchored = { ...numbers, anchor: { scale: 100 } };
    const forecast = (...tails: readonly [number, number, number]) => {
      weights.set(tails, 3 * bias);
      return [...forecastQuantiles(linear, weights, anchored, input)];
    };
    expect(forecast(-1, 0, 2)).to.deep.equal([2, 5, 11]);
    expect(forecast(1, 0, -2)).to.deep.equal([5, 5, 5]);
    expect(forecast(1, 0, 2)).to.deep.equal([5, 5, 11]);
  });

  it('never crosses, whatever the weights', () => {
    const numbersOf = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(numbersOf, { minLength: 39, maxLength: 39 }),
        fc.array(numbersOf, { minLength: 13, maxLength: 13 }),
        fc.double({ min: -400, max: 400, noNaN: true }),
        fc.double({ min: 0.5, max: 100, noNaN: true }),
        (w, x, d, s) => {
          const input = { x: Float64Array.from(x), scale: Float64Array.of(s), deviation: Float64Array.of(d) };
          const q = forecastQuantiles(linear, Float64Array.from(w), numbers, input);
          expect(q[0] ?? 0).to.be.at.most(q[1] ?? 0);
          expect(q[1] ?? 0).to.be.at.most(q[2] ?? 0);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('evaluation', () => {
  it('gives a model that repeats B2 the skill of B2 and the coverage of its levels', () => {
    const weights = new Float64Array(linear.size);
    const bias = pegFeatures(24).findIndex(({ name }) => name === 'bias');
    for (const q of QUANTILE_LEVELS.keys())
      weights[3 * bias + q] = numbers.scaledPersistence[q] ?? Number.NaN;
    const report = evaluateModel(linear, weights, numbers, set);
    expect(report.skill.B2).to.be.closeTo(0, 1e-12);
    expect(report.loss).to.be.closeTo(report.baselineLoss.B2, 1e-12);
    expect(report.coverage).to.be.closeTo(0.8, 0.01);
    expect(report.examples).to.equal(set.rows);
  });

  it('refuses to judge by nothing', () => {
    expect(() => evaluateModel(linear, genesisWeights(linear), numbers, { ...set, rows: 0 }))
      .to.throw()
      .with.property('code', 'EXAMPLES_EMPTY');
  });
});
