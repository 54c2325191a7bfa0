import { expect } from 'chai';
import { fedAvg } from '../index.ts';
import { errorOf, toRows } from './support.ts';

describe('FedAvg', () => {
  const rows = toRows([
    [0, 8],
    [4, 0],
    [12, -8],
  ]);

  it('weighs every row once by default', () => {
    const result = fedAvg().aggregate(toRows([[0], [4], [11]]));
    expect([...result.vector]).to.deep.equal([5]);
    expect([...(result.weights ?? [])]).to.deep.equal([1, 1, 1]);
  });

  it('weighs rows by their counts', () => {
    const { vector } = fedAvg({ weightCap: 10 }).aggregate(rows, { weights: [1, 2, 1] });
    expect([...vector]).to.deep.equal([5, 0]);
  });

  it('caps what a lying count can add', () => {
    const rule = fedAvg({ weightCap: 2 });
    const { vector, weights } = rule.aggregate(rows, { weights: [1, 1, 1e300] });
    expect([...(weights ?? [])]).to.deep.equal([1, 1, 2]);
    expect([...vector]).to.deep.equal([7, -2]);
  });

  it('takes a cap below 1: weights count by their ratios', () => {
    const { vector, weights } = fedAvg({ weightCap: 0.5 }).aggregate(rows, { weights: [0.25, 0.25, 9] });
    expect([...(weights ?? [])]).to.deep.equal([0.25, 0.25, 0.5]);
    expect([...vector]).to.deep.equal([7, -2]);
  });

  it('takes weights only under a cap', () => {
    const error = errorOf(() => fedAvg().aggregate(rows, { weights: [1, 1, 1] }));
    expect(error.code).to.equal('WEIGHTS_NOT_TAKEN');
    expect(error.hint).to.include('weightCap');
  });

  for (const weights of [
    [1, 1],
    [1, 1, 1, 1],
    [1, 0, 1],
    [1, -1, 1],
    [1, Number.NaN, 1],
    [1, Infinity, 1],
  ]) {
    it(`refuses the weights ${weights} for three rows`, () => {
      const error = errorOf(() => fedAvg({ weightCap: 2 }).aggregate(rows, { weights }));
      expect(error.code).to.equal('WEIGHTS_INVALID');
    });
  }

  for (const weightCap of [0, -1, Number.NaN, Infinity]) {
    it(`refuses the cap ${weightCap}`, () => {
      expect(errorOf(() => fedAvg({ weightCap })).code).to.equal('RULE_OPTION');
    });
  }

  it('bears no liar and says so', () => {
    const error = errorOf(() => fedAvg({ f: 1 }));
    expect(error.code).to.equal('RULE_OPTION');
    expect(error.message).to.include('f is 1').and.include('expected 0');
  });
});
