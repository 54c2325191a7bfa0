import { expect } from 'chai';
import fc from 'fast-check';
import { pinball } from '../../pinball.ts';
import { createPrng } from '../../test/seeded.ts';
import { BOOSTING, binColumns, fitBoosting, predictBoosting } from '../index.ts';

const small = { ...BOOSTING, trees: 40, depth: 3, learningRate: 0.3, leafRows: 60, bins: 256 };

/** Two columns; y is 3 where the first is above a quarter, −1 below, with noise whose size is the second's. */
function steps(rows: number) {
  const prng = createPrng(5);
  const x = Float64Array.from({ length: 2 * rows }, () => prng.uniform());
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const centre = (x[2 * i] ?? 0) > 0.25 ? 3 : -1;
    return centre + (x[2 * i + 1] ?? 0) * prng.normal();
  });
  return { x, y, width: 2 };
}

const data = steps(1500);
const grown = (seed: number) =>
  fitBoosting(data, { kind: 'pinball', level: 0.9 }, small, createPrng(seed).uniform);

describe('boosted trees', () => {
  it('find a step and a spread that no linear model has', () => {
    const [low, high] = [0.1, 0.9].map((level) =>
      predictBoosting(
        fitBoosting(data, { kind: 'pinball', level }, small, createPrng(1).uniform),
        Float64Array.of(0.1, 0.05, 0.1, 0.95, 0.9, 0.05, 0.9, 0.95),
      ),
    );
    // 1.28 standard deviations on either side of −1 and 3.
    const expected = [0.05, 0.95].map((spread) => 1.2816 * spread);
    for (const [row, centre] of [-1, -1, 3, 3].entries()) {
      const spread = expected[row % 2] ?? Number.NaN;
      expect(high?.[row]).to.be.closeTo(centre + spread, 0.5);
      expect(low?.[row]).to.be.closeTo(centre - spread, 0.5);
    }
  });

  it('lower the pinball loss with every ten trees, on the rows that they saw', () => {
    const { trees, ...rest } = grown(1);
    let last = Number.POSITIVE_INFINITY;
    for (const count of [0, 10, 20, 40]) {
      const told = predictBoosting({ ...rest, trees: trees.slice(0, count) }, data.x);
      const loss = told.reduce((sum, q, i) => sum + pinball(0.9, q, data.y[i] ?? Number.NaN), 0);
      expect(loss).to.be.lessThan(last);
      last = loss;
    }
  });

  it('tell an event from calm by log loss', () => {
    const event = data.y.map((value) => (value > 1 ? 1 : 0));
    const trees = fitBoosting({ ...data, y: event }, { kind: 'log' }, small, createPrng(1).uniform);
    const [calm, struck] = predictBoosting(trees, Float64Array.of(0.1, 0.5, 0.9, 0.5));
    expect(calm).to.be.lessThan(-2);
    expect(struck).to.be.greaterThan(2);
  });

  it('are the same for the same seed and others for another', () => {
    expect(grown(3)).to.deep.equal(grown(3));
    expect(grown(3)).not.to.deep.equal(grown(4));
  });

  it('bin so that order is kept and a value lies at or below its edge', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 2, max: 16 }),
        (values, bins) => {
          const { bin, edges } = binColumns(Float64Array.from(values), 1, bins);
          for (const [i, value] of values.entries()) {
            const own = bin[i] ?? 0;
            if (own < (edges[0]?.length ?? 0)) expect(value).to.be.at.most(edges[0]?.[own] ?? Number.NaN);
            if (own > 0) expect(value).to.be.greaterThan(edges[0]?.[own - 1] ?? Number.NaN);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuse what is no table, no label and no size', () => {
    const none = () => 0;
    const loss = { kind: 'log' } as const;
    const one = { x: Float64Array.of(1, 2), y: Float64Array.of(1, 0), width: 1 };
    for (const act of [
      () => fitBoosting({ ...one, x: Float64Array.of(1, Number.NaN) }, loss, small, none),
      () => fitBoosting({ ...one, y: Float64Array.of(1) }, loss, small, none),
      () => fitBoosting({ ...one, y: Float64Array.of(1, 0.5) }, loss, small, none),
      () => fitBoosting(one, { kind: 'pinball', level: 1 }, small, none),
      () => fitBoosting(one, loss, { ...small, trees: 2_001 }, none),
      () => fitBoosting(one, loss, { ...small, depth: 13 }, none),
      () => fitBoosting(one, loss, { ...small, bins: 257 }, none),
      () => predictBoosting({ loss, width: 2, base: 0, trees: [] }, Float64Array.of(1, 2, 3)),
    ]) {
      expect(act).to.throw().with.property('code', 'BOOSTING_INPUT');
    }
  });
});
