import { expect } from 'chai';
import fc from 'fast-check';
import { pegFeatures, RISK_FEATURES } from '../../../features/index.ts';
import {
  createPegModel,
  explainPeg,
  explainRisk,
  forecastPeg,
  forecastQuantiles,
  forecastRisk,
  genesisOf,
  type PegModelSpec,
  type PublicNumbers,
  QUANTILE_LEVELS,
} from '../../index.ts';
import { fixture } from '../../test/fixture.ts';
import {
  attributePeg,
  attributeRisk,
  groupOf,
  integratedGradients,
  shapleyOfPeg,
  shapleyValues,
} from '../index.ts';

const NUMBERS: PublicNumbers = {
  persistence: [-3, 0, 3],
  scaledPersistence: [-1.5, 0.1, 1.5],
  meanReversion: { coefficients: [0, 0, 0], quantiles: [-1, 0, 1] },
  anchor: { scale: 10 },
};
const RUNS = { numRuns: 40, seed: 8 };
const numbers = (length: number, size: number) =>
  fc
    .array(fc.double({ min: -size, max: size, noNaN: true, noDefaultInfinity: true }), {
      minLength: length,
      maxLength: length,
    })
    .map((values) => Float64Array.from(values));
/** Weights, features and a scale from well inside the gate's range to beyond it. */
const cases = (size: number, inputs: number) =>
  fc.record({
    weights: numbers(size, 1.5),
    x: numbers(inputs, 4),
    scale: fc.double({ min: 0.5, max: 25, noNaN: true }),
  });
const inputOf = (x: Float64Array, scale: number) => ({
  x,
  scale: Float64Array.of(scale),
  deviation: Float64Array.of(-7),
});
const sumOf = (parts: readonly { readonly value: number }[]) =>
  parts.reduce((sum, { value }) => sum + value, 0);
const linear = createPegModel({ kind: 'linear' }, 24);
const hidden = createPegModel({ kind: 'mlp', hidden: 8 }, 4);

describe('models: attributions', () => {
  for (const [model, tolerance] of [
    [linear, 1e-9],
    [hidden, 1e-6],
  ] as const) {
    const { kind } = model.spec;

    it(`${kind}: terms and contributions sum to each quantile, held levels and a closing gate included`, () => {
      let heldLevels = 0;
      fc.assert(
        fc.property(cases(model.size, model.inputs), ({ weights, x, scale }) => {
          const input = inputOf(x, scale);
          const told = forecastQuantiles(model, weights, NUMBERS, input);
          for (const [q, level] of attributePeg(model, weights, NUMBERS, input).entries()) {
            const { output, terms, contributions, groups, error, heldAt } = level;
            if (heldAt !== level.level) heldLevels++;
            expect(output).to.equal(told[q]);
            const size = 1 + Math.abs(output) + Math.abs(sumOf(contributions));
            expect(sumOf(terms) + sumOf(contributions)).to.be.closeTo(output, tolerance * size);
            expect(sumOf(groups)).to.be.closeTo(sumOf(contributions), 1e-9 * size);
            expect(Math.abs(error)).to.be.at.most(tolerance * size);
          }
        }),
        RUNS,
      );
      expect(heldLevels).to.be.above(10);
    });

    it(`${kind}: a feature that the model ignores has 0, and two that are read alike have the same`, () => {
      fc.assert(
        fc.property(cases(model.size, model.inputs), ({ weights, x, scale }) => {
          const columns = model.spec.kind === 'mlp' ? model.spec.hidden : QUANTILE_LEVELS.length;
          for (let c = 0; c < columns; c++) {
            weights[3 * columns + c] = 0;
            weights[2 * columns + c] = weights[columns + c] ?? 0;
          }
          x[2] = x[1] ?? 0;
          for (const { contributions, output } of attributePeg(model, weights, NUMBERS, inputOf(x, scale))) {
            expect(contributions[3]?.value).to.be.closeTo(0, 0);
            expect(contributions[2]?.value).to.be.closeTo(
              contributions[1]?.value ?? Number.NaN,
              1e-9 * (1 + Math.abs(output)),
            );
          }
        }),
        RUNS,
      );
    });
  }

  it('of a level that is held are those of the median, which it is held at', () => {
    const weights = new Float64Array(linear.size);
    weights.set([2, 1, 0], 0);
    const x = new Float64Array(linear.inputs);
    x[0] = 1;
    const [low, middle, high] = attributePeg(linear, weights, NUMBERS, inputOf(x, 5));
    expect([low?.heldAt, middle?.heldAt, high?.heldAt]).to.deep.equal([0.5, 0.5, 0.5]);
    expect([low, middle, high].map((level) => level?.contributions[0]?.value)).to.deep.equal([5, 5, 5]);
  });

  it('beyond the range of the gate are nothing, and all is scaled persistence', () => {
    const weights = new Float64Array(linear.size).fill(1);
    const x = new Float64Array(linear.inputs).fill(1);
    const [low] = attributePeg(linear, weights, NUMBERS, inputOf(x, 20));
    expect(low?.contributions.every(({ value }) => Math.abs(value) === 0)).to.equal(true);
    expect(low?.terms).to.deep.equal([
      { name: 'last-deviation', value: -7 },
      { name: 'scaled-persistence', value: -30 },
      { name: 'constant', value: 0 },
    ]);
  });

  it('by group are the exact Shapley values of a linear head, and sum to the same for a hidden layer', () => {
    const spec: readonly PegModelSpec[] = [{ kind: 'linear' }, { kind: 'mlp', hidden: 3 }];
    for (const model of spec.map((one) => createPegModel(one, 4))) {
      const weights = Float64Array.from({ length: model.size }, (_, i) => Math.sin(i * i) / 3);
      const x = Float64Array.from({ length: model.inputs }, (_, i) => Math.cos(3 * i));
      const input = inputOf(x, 5);
      const median = attributePeg(model, weights, NUMBERS, input)[1];
      const exact = shapleyOfPeg(model, weights, NUMBERS, input, 0.5);
      expect(sumOf(exact)).to.be.closeTo(sumOf(median?.contributions ?? []), 1e-6);
      if (model.spec.kind !== 'linear') continue;
      for (const { group, value } of exact) {
        expect(median?.groups.find((own) => own.group === group)?.value).to.be.closeTo(value, 1e-9);
      }
    }
  });

  it('of risk sum to logit and log volatility', () => {
    const { risk, examples } = fixture();
    const weights = Float64Array.from({ length: risk.size }, (_, i) => Math.sin(i) / 4);
    const width = RISK_FEATURES.length;
    for (const row of [0, 500, 2_000]) {
      const input = {
        x: examples.x.slice(row * width, (row + 1) * width),
        ewma: examples.ewma.slice(row, row + 1),
        usual: examples.usual.slice(row, row + 1),
      };
      const told = forecastRisk(risk, weights, input);
      const { drawdown, volatility } = attributeRisk(risk, weights, input);
      for (const [output, attribution] of [
        [told.logit[0], drawdown],
        [told.volatility[0], volatility],
      ] as const) {
        expect(sumOf(attribution.terms) + sumOf(attribution.contributions)).to.be.closeTo(output ?? 0, 1e-9);
      }
    }
  });

  it('of a window are of the forecast that is made of it', () => {
    const { model, window, market } = fixture();
    const weights = genesisOf(model).map((_, i) => Math.sin(i) / 5);
    const forecast = forecastPeg(model, weights, window);
    const told = explainPeg(model, weights, window);
    expect(told.hour).to.equal(forecast.hour);
    expect(told.horizons[0]?.quantiles.map(({ output }) => output)).to.deep.equal(
      forecast.horizons[0]?.quantiles,
    );
    const { drawdown } = explainRisk(model, weights, { market, reference: market });
    expect(Math.abs(drawdown.error)).to.be.below(1e-9);
  });

  it('have a group for every feature of the default models', () => {
    const names = [...pegFeatures(1), ...RISK_FEATURES].map(({ name }) => name);
    expect(names.filter((name) => groupOf(name) === 'other')).to.deep.equal([]);
  });
});

describe('models: integrated gradients and Shapley values', () => {
  it('find the kinks of a function to the tolerance asked for', () => {
    const value = ([a = 0, b = 0]: Float64Array) => Math.max(3 * a - 1, b * b) + Math.abs(a - 0.3);
    const gradient = ([a = 0, b = 0]: Float64Array) =>
      Float64Array.of((3 * a - 1 > b * b ? 3 : 0) + Math.sign(a - 0.3), 3 * a - 1 > b * b ? 0 : 2 * b);
    const { values, error } = integratedGradients({ value, gradient }, Float64Array.of(1, 0.5), 1e-10);
    expect(Math.abs(error)).to.be.at.most(1e-10);
    expect(values[0]! + values[1]!).to.be.closeTo(2.7 - 0.3, 1e-9);
  });

  it('refuse slopes that are not the function’s', () => {
    const wrong = { value: ([a = 0]: Float64Array) => a * a, gradient: () => Float64Array.of(3) };
    expect(() => integratedGradients(wrong, Float64Array.of(1), 1e-6))
      .to.throw()
      .with.property('code', 'ATTRIBUTION_DIVERGES');
  });

  it('are those of the glove game, and of at most 15 players', () => {
    // One left glove, two right ones: a pair is worth 1 (Shapley's example).
    const gloves = (coalition: number) => ((coalition & 1) !== 0 && (coalition & 6) !== 0 ? 1 : 0);
    const [left = 0, right = 0, other = 0] = shapleyValues(3, gloves);
    expect(left).to.be.closeTo(4 / 6, 1e-12);
    expect(right).to.be.closeTo(1 / 6, 1e-12);
    expect(other).to.be.closeTo(1 / 6, 1e-12);
    expect(() => shapleyValues(16, () => 0))
      .to.throw()
      .with.property('code', 'SHAPLEY_PLAYERS');
  });
});
