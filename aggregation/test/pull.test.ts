import { expect } from 'chai';
import { distancesFrom, squaredDistances } from '../index.ts';
import { squaredDistancesTo } from '../kernels/distances-to.ts';
import { pull } from '../kernels/pull.ts';
import { draw } from './draw.ts';
import { bytesOf, toRows } from './support.ts';

// Beyond one tile, and no multiple of four.
const D = 2051;

function randomRows(n: number): Float64Array[] {
  const draws = draw(n);
  return Array.from({ length: n }, () => Float64Array.from({ length: D }, () => draws.unit() - 0.3));
}

describe('sums over rows as seen from a point', () => {
  it('the pull is added row by row, to the bit', () => {
    for (let n = 1; n <= 9; n++) {
      const [point = new Float64Array(D), ...rows] = randomRows(n + 1);
      const weights = Float64Array.from({ length: n }, (_, i) => (i % 5 === 2 ? 0 : 1 / (i + 3)));
      const wanted = point.map((p, k) =>
        rows.reduce((sum, row, i) => sum + (weights[i] as number) * ((row[k] as number) - p), 0),
      );
      expect(bytesOf(pull(rows, weights, point)), `n = ${n}`).to.equal(bytesOf(wanted));
    }
  });

  it('the pull does not read a row of weight 0', () => {
    const rows = toRows([[Number.MAX_VALUE], [5]]);
    const sum = pull(rows, Float64Array.of(0, 2), Float64Array.of(-Number.MAX_VALUE));
    expect([...sum]).to.deep.equal([Number.POSITIVE_INFINITY]);
    expect([...pull(rows, Float64Array.of(0, 2), Float64Array.of(1))]).to.deep.equal([8]);
    expect([...pull(rows.slice(0, 1), Float64Array.of(0), Float64Array.of(-Number.MAX_VALUE))]).to.deep.equal(
      [0],
    );
  });

  it('distances to a point have the bits of the pair distances', () => {
    const rows = randomRows(6);
    const [point = new Float64Array(D), ...others] = rows;
    const wanted = distancesFrom(squaredDistances(rows), 0);
    expect(bytesOf(squaredDistancesTo(others, point))).to.equal(bytesOf(wanted));
    expect([
      ...squaredDistancesTo(
        toRows([
          [3, 4],
          [1e200, 0],
        ]),
        Float64Array.of(0, 0),
      ),
    ]).to.deep.equal([25, Number.POSITIVE_INFINITY]);
  });
});
