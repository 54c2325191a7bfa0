import { expect } from 'chai';
import { signGuard } from '../index.ts';
import { meanShiftClusters } from '../kernels/mean-shift.ts';
import { draw } from './draw.ts';
import { expectClose, toRows } from './support.ts';
import vectors from './vectors/signguard.json' with { type: 'json' };

const rule = signGuard({ f: 1 });

describe('SignGuard', () => {
  for (const [i, { rows, weights: wanted, vector: mean }] of vectors.cases.entries()) {
    it(`weighs the rows of case ${i} as computed independently`, () => {
      const { vector, weights, selected } = rule.aggregate(toRows(rows));
      expectClose(weights ?? new Float64Array(), wanted);
      expectClose(vector, mean);
      expect(selected).to.deep.equal([...rows.keys()].filter((row) => wanted[row] !== 0));
    });
  }

  it('by hand: drops a norm beyond three medians and clips to the median', () => {
    // Norms 5, 10, 5, 20, 2.5: M = 5, so 20 fails and 10 is halved. All signs are alike.
    const rows = toRows([
      [3, 4],
      [6, 8],
      [4, 3],
      [12, 16],
      [1.5, 2],
    ]);
    const { vector, weights, leftOut } = rule.aggregate(rows);
    expect([...(weights ?? [])]).to.deep.equal([1, 0.5, 1, 0, 1]);
    expectClose(vector, [11.5 / 4, 13 / 4], 1e-15);
    expect(leftOut).to.deep.equal([{ row: 3, reason: 'norm 20, expected 0.1 to 3 times the median 5' }]);
  });

  it('a tenth of the median and three times it still pass, what is beyond does not', () => {
    const passing = (x: number): boolean =>
      rule.aggregate(toRows([[10], [10], [x], [10], [10]])).selected.includes(2);
    expect([0.999, 1, 30, 30.001].map(passing)).to.deep.equal([false, true, true, false]);
  });

  it('by hand: drops the signs of the smaller cluster', () => {
    const rows = toRows([
      [1, 1, 1, 1],
      [1, 1, 1, -1],
      [1, 1, 1, 1],
      [-1, -1, -1, -1],
      [1, 1, -1, 1],
    ]);
    const { vector, leftOut } = rule.aggregate(rows);
    expect([...vector]).to.deep.equal([1, 1, 0.5, 0.5]);
    expect(leftOut).to.deep.equal([
      { row: 3, reason: 'its signs are not those of the largest cluster, of 4 rows' },
    ]);
  });

  it('counts signs in the coordinates that the seed draws', () => {
    // One of ten coordinates is drawn; the liar has another sign in half of them.
    const honest = Array.from({ length: 10 }, () => 1);
    const rows = toRows([honest, honest, honest, honest.map((x, k) => (k < 5 ? -x : x))]);
    const found = Array.from({ length: 40 }, (_, i) => {
      const seed = i.toString(16).padStart(64, '0');
      return rule.aggregate(rows, { seed }).leftOut.length;
    });
    expect(new Set(found)).to.deep.equal(new Set([0, 1]));
    expect(rule.aggregate(rows).leftOut.map(({ row }) => row)).to.deep.equal([3]);
  });

  it('names flipped signs among noisy rows, up to as many as it bears', () => {
    for (let seed = 0; seed < 100; seed++) {
      const { int, unit } = draw(seed);
      const f = int(1, 3);
      const n = 2 * f + 1 + int(0, 4);
      const rows = Array.from({ length: n }, (_, i) =>
        Float64Array.from({ length: 200 }, (_, k) => (i < f ? -1 : 1) * (unit() + (k % 4 === 0 ? -0.75 : 0))),
      );
      const { leftOut } = signGuard({ f }).aggregate(rows);
      const named = leftOut.map(({ row }) => row);
      expect(named, `seed ${seed}`).to.include.members(Array.from({ length: f }, (_, i) => i));
    }
  });

  it('f liars anywhere leave the result no longer than the longest honest row', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { int, unit, pick } = draw(seed);
      const f = int(1, 3);
      const row = (size: number): Float64Array =>
        Float64Array.from({ length: 5 }, () => (unit() - 0.5) * size);
      const honest = Array.from({ length: f + 1 + int(0, 3) }, () => row(10));
      const lies = Array.from({ length: f }, () => row(pick([0, 5, 100, 1e9, 1e200, 1e308])));
      const { vector } = signGuard({ f }).aggregate([...lies, ...honest]);
      const longest = Math.max(...honest.map((each) => Math.hypot(...each)));
      expect(Math.hypot(...vector), `seed ${seed}`).to.be.at.most(longest * (1 + 1e-12));
    }
  });

  it('does not see an honest row whose coordinates are in another order', () => {
    const honest = [1, 1, 1, -1, 2, 2];
    const rows = toRows([honest, honest, honest, honest.toReversed()]);
    expect(rule.aggregate(rows).selected).to.deep.equal([0, 1, 2, 3]);
  });

  it('gives 0 of rows that are 0', () => {
    const { vector, selected } = rule.aggregate(
      toRows([
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 1],
      ]),
    );
    expect([...vector]).to.deep.equal([0, 0]);
    expect(selected).to.deep.equal([0, 1, 2]);
  });
});

describe('mean-shift clusters', () => {
  it('by hand: the bandwidth reaches from most points to a majority', () => {
    // Third nearest of each point: 1, 1, 1, 8, 9 away; the median is 1.
    const at = (x: number): readonly [number, number, number] => [x, 0, 0];
    expect(meanShiftClusters([0, 1, 1, 9, 10].map(at))).to.deep.equal([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(meanShiftClusters([5, 5, 5].map(at))).to.deep.equal([[0, 1, 2]]);
    expect(meanShiftClusters([at(3)])).to.deep.equal([[0]]);
  });

  for (const [i, { rows, clusters }] of vectors.cases.entries()) {
    it(`of the signs of case ${i} are those computed independently`, () => {
      const count = (row: readonly number[], sign: number): number =>
        row.filter((x) => Math.sign(x) === sign).length;
      const points = rows.map((row) => [count(row, 1), count(row, 0), count(row, -1)] as const);
      expect(meanShiftClusters(points)).to.deep.equal(clusters);
    });
  }

  it('puts every point into one cluster', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { int } = draw(seed);
      const points = Array.from({ length: int(1, 12) }, () => [int(0, 9), int(0, 9), int(0, 9)] as const);
      const clusters = meanShiftClusters(points);
      expect(clusters.flat().sort((a, b) => a - b)).to.deep.equal([...points.keys()]);
      for (const cluster of clusters) expect(cluster).to.not.have.lengthOf(0);
    }
  });
});
