import { expect } from 'chai';
import fc from 'fast-check';
import { fedAvg, fedNova } from '../index.ts';
import { errorOf, expectClose, toRows } from './support.ts';

describe('FedNova', () => {
  const rows = toRows([
    [2, 8],
    [12, -4],
    [6, 6],
  ]);

  it('divides each update by its steps and multiplies the mean by the mean number of steps', () => {
    // Per step: (1, 4), (3, −1), (1, 1); their mean (5/3, 4/3); steps 2, 4, 6 have mean 4.
    const { vector, weights } = fedNova().aggregate(rows, { steps: [2, 4, 6] });
    expectClose(vector, [20 / 3, 16 / 3], 1e-14);
    expect([...(weights ?? [])]).to.deep.equal([1, 1, 1]);
  });

  it('weighs both the updates and the steps, under the cap', () => {
    // p = 1/4, 1/4, 2/4: Σ p·x/τ = (6/4, 5/4), τ_eff = (2 + 4 + 12)/4 = 4.5.
    const { vector } = fedNova({ weightCap: 2 }).aggregate(rows, { steps: [2, 4, 6], weights: [1, 1, 1e9] });
    expectClose(vector, [6.75, 5.625], 1e-14);
  });

  it('is FedAvg where all made the same steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (tau) => {
        const options = { weights: [3, 1, 2] };
        const nova = fedNova({ weightCap: 9 }).aggregate(rows, { ...options, steps: [tau, tau, tau] });
        expectClose(nova.vector, [...fedAvg({ weightCap: 9 }).aggregate(rows, options).vector], 1e-13);
      }),
      { seed: 15, numRuns: 100 },
    );
  });

  it('finds the common optimum where FedAvg leans to who steps most', () => {
    // Two nodes with optima −1 and 1 on ½(w − a)² and small steps: FedAvg settles where steps balance.
    const settle = (aggregate: (given: Float64Array[]) => Float64Array): number => {
      let w = 0;
      const shrink = [0.99 ** 2, 0.99 ** 18];
      for (let round = 0; round < 400; round++) {
        w += aggregate(shrink.map((keep, i) => Float64Array.of(((i === 0 ? -1 : 1) - w) * (1 - keep))))[0]!;
      }
      return w;
    };
    expect(settle((given) => fedAvg().aggregate(given).vector)).to.be.greaterThan(0.75);
    const steps = [2, 18];
    expect(Math.abs(settle((given) => fedNova().aggregate(given, { steps }).vector))).to.be.lessThan(0.05);
  });

  it('asks for whole steps from 1, one a row', () => {
    expect(errorOf(() => fedNova().aggregate(rows)).code).to.equal('INPUT_MISSING');
    for (const steps of [
      [1, 2],
      [1, 2, 0],
      [1, 2, 1.5],
      [1, 2, Number.NaN],
      [1, 2, 3, 4],
    ]) {
      expect(errorOf(() => fedNova().aggregate(rows, { steps })).code, `${steps}`).to.equal('INPUT_INVALID');
    }
  });

  it('takes weights only under a cap, and bears no liar', () => {
    const options = { steps: [1, 1, 1], weights: [1, 1, 1] };
    expect(errorOf(() => fedNova().aggregate(rows, options)).code).to.equal('WEIGHTS_NOT_TAKEN');
    expect(errorOf(() => fedNova({ f: 1 })).message)
      .to.include('f is 1')
      .and.include('expected 0');
    expect(errorOf(() => fedNova({ weightCap: 0 })).code).to.equal('RULE_OPTION');
  });
});
