import { expect } from 'chai';
import { createAggregator, createRule, defineRule, largestF, ruleEntry, ruleNames } from '../index.ts';
import { boundedMeans } from '../kernels/bounded-means.ts';
import { cosines } from '../kernels/cosines.ts';
import { plainKernels } from '../kernels/kernels.ts';
import { naturalLog } from '../kernels/natural-log.ts';
import { weightedSum } from '../kernels/weighted-sum.ts';
import { mdaWork } from '../robust/mda.ts';
import { neededOf } from './law-cases.ts';
import { errorOf, toRows } from './support.ts';

// Bounds that no vector and no law comes to: each of these told two programs apart that differ in one sign.

describe('edges of the aggregation', () => {
  it('a weight cap below 1 is one', () => {
    const { weights } = createRule('fedavg', { weightCap: 0.5 }).aggregate(toRows([[1], [2]]), {
      weights: [0.25, 3],
    });
    expect([...(weights ?? [])]).to.deep.equal([0.25, 0.5]);
  });

  it('without root data the reference is the middle of two where the number of rows is even', () => {
    const rows = toRows([[0], [4], [6], [100]]);
    const aggregator = createAggregator('monna', { f: 1 });
    const { result } = aggregator.aggregate(rows, aggregator.initialState(1));
    // Around 5 the three nearest are 4, 6 and 0; around 6 or 4 they are too, but their distances tell.
    expect([...(result.scores ?? [])]).to.deep.equal([25, 1, 1, 9025]);
  });

  it('a single row, where that is enough, gives a vector of its length', () => {
    for (const name of ruleNames.filter((each) => ruleEntry(each).condition.minRows(0) === 1)) {
      const rule = createRule(name, { f: 0 });
      const { vector } = rule.aggregate(toRows([[3, -4]]), neededOf(rule, 1, 2));
      expect(vector, name).to.have.lengthOf(2);
    }
    const error = errorOf(() => createRule('dnc', { f: 0, sample: 1 }).aggregate(toRows([[3, -4]])));
    expect(error.code).to.equal('INPUT_MISSING');
  });

  it('a row that is 0 has no cosine with any other, wherever it stands', () => {
    for (const zero of [0, 1, 2, 3]) {
      const rows = toRows([
        [1, 0],
        [0, 2],
        [3, 0],
      ]);
      rows.splice(zero, 0, new Float64Array(2));
      const square = cosines(rows, plainKernels);
      const others = [0, 1, 2, 3].filter((row) => row !== zero);
      const wanted = Array.from({ length: 16 }, () => 0);
      const [a = 0, , c = 0] = others;
      for (const [i, j] of [
        [a, c],
        [c, a],
      ] as const) {
        wanted[i * 4 + j] = 1;
      }
      for (const [at, value] of wanted.entries())
        expect(square[at], `${zero}: ${at}`).to.be.closeTo(value, 1e-15);
    }
  });

  it('a rule without weights of its own is handed ones, and a condition that f = n satisfies holds for n', () => {
    const condition = { text: 'n ≥ f', minRows: (f: number) => Math.max(1, f) };
    const rule = defineRule({
      name: 'sum of weights',
      f: 0,
      condition,
      apply: (_, { weights }) => ({ vector: weights.slice(), selected: [], leftOut: [] }),
    });
    expect([...rule.aggregate(toRows([[1], [2], [3]])).vector]).to.deep.equal([1, 1, 1]);
    expect([1, 2, 5].map((n) => largestF(condition, n))).to.deep.equal([1, 2, 5]);
  });

  it('Multi-Krum of one row is Krum', () => {
    const rows = toRows([[0], [1], [6], [9], [13]]);
    const one = createRule('multi-krum', { f: 1, m: 1 }).aggregate(rows);
    expect(one).to.deep.equal(createRule('krum', { f: 1 }).aggregate(rows));
  });

  it('SignGuard gives nothing where most norms are beyond float64', () => {
    const rows = toRows([[1e200], [1e200], [1e200], [1]]);
    const error = errorOf(() => createRule('signguard', { f: 1 }).aggregate(rows));
    expect(error.code).to.equal('RESULT_NOT_FINITE');
  });

  it('the work of MDA counts one search a halving of the pairs and one a row', () => {
    // 3, 10 and 45 pairs take 2, 4 and 6 halvings.
    const perSearch = [
      [3, 2],
      [5, 4],
      [10, 6],
    ].map(([n = 0, halvings = 0]) => mdaWork(n, 1) / (halvings + n));
    expect(new Set(perSearch).size).to.equal(1);
  });

  it('the logarithm brings √2 itself nowhere, and √½ to √2', () => {
    expect(naturalLog(Math.SQRT2)).to.equal(0.34657359027997275);
    expect(naturalLog(Math.SQRT2 / 2)).to.equal(-0.34657359027997253);
  });

  it('a weighted sum is the same behind the end of a tile', () => {
    const rows = [1, 2, 3].map((i) => Float64Array.from({ length: 9001 }, (_, k) => ((i * k) % 7) - 3));
    const weights = Float64Array.of(0.5, 2, 0.25);
    const naive = Float64Array.from({ length: 9001 }, (_, k) => {
      let sum = 0;
      for (const [i, row] of rows.entries()) sum += (weights[i] as number) * (row[k] as number);
      return sum / 2;
    });
    expect([...weightedSum(rows, weights, 2)]).to.deep.equal([...naive]);
  });

  it('what is not finite is found in every coordinate of rows of every width', () => {
    for (let width = 1; width <= 13; width++) {
      for (let k = 0; k < width; k++) {
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          const row = new Float64Array(width).fill(1);
          row[k] = value;
          const error = errorOf(() => createRule('fedavg').aggregate([new Float64Array(width), row]));
          expect(error.code).to.equal('ROW_NOT_FINITE');
          expect(error.metadata).to.deep.equal({ row: 1, coordinate: k });
        }
      }
    }
  });

  it('a mean beyond float64 keeps its sign', () => {
    const rows = toRows([
      [Number.MAX_VALUE, -Number.MAX_VALUE, 1],
      [Number.MAX_VALUE, -Number.MAX_VALUE, 3],
    ]);
    const [mean] = boundedMeans(plainKernels, rows, [[0, 1]]);
    expect([...(mean ?? [])]).to.deep.equal([Number.MAX_VALUE, -Number.MAX_VALUE, 2]);
  });
});
