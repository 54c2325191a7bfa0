import { expect } from 'chai';
import { geometricMedian, geometricMedianByzfl } from '../index.ts';
import { draw } from './draw.ts';
import { errorOf, expectClose, inputRows, toRows } from './support.ts';

function distance(x: Float64Array, y: Float64Array): number {
  return Math.sqrt(x.reduce((sum, value, k) => sum + (value - (y[k] as number)) ** 2, 0));
}

function medianOf(values: readonly (readonly number[])[], options = {}): Float64Array {
  return geometricMedian({ f: 0, ...options }).aggregate(toRows(values)).vector;
}

/** How far the unit vectors from z to the rows are from adding up to 0, less one for each row on z. */
function excess(rows: readonly Float64Array[], z: Float64Array): number {
  const off = rows.filter((row) => distance(row, z) > 0);
  const sum = z.map((value, k) =>
    off.reduce((total, row) => total + ((row[k] as number) - value) / distance(row, z), 0),
  );
  return distance(sum, new Float64Array(z.length)) - (rows.length - off.length);
}

describe('geometric median', () => {
  it('by hand: where the diagonals of a convex quadrangle cross', () => {
    expectClose(
      medianOf([
        [0, 0],
        [3, 3],
        [2, 0],
        [0, 2],
      ]),
      [1, 1],
      1e-10,
    );
    expectClose(
      medianOf([
        [-5, 0],
        [1, 0],
        [0, -7],
        [0, 2],
      ]),
      [0, 0],
      1e-10,
    );
  });

  it('by hand: the corner of a triangle whose angle there is 120° or more, to the bit', () => {
    const { vector, weights } = geometricMedian({ f: 1 }).aggregate(
      toRows([
        [5, 1],
        [0, 0],
        [-5, 1],
      ]),
    );
    expect([...vector]).to.deep.equal([0, 0]);
    expect([...(weights ?? [])]).to.deep.equal([0, 1, 0]);
  });

  it('by hand: Fermat’s point of an equilateral triangle', () => {
    expectClose(
      medianOf([
        [0, 0],
        [2, 0],
        [1, Math.sqrt(3)],
      ]),
      [1, 1 / Math.sqrt(3)],
      1e-10,
    );
  });

  it('on a line is the median, and half the sum of the middle two where any point between them would do', () => {
    expect([...medianOf([[0], [1], [50], [2], [3]])]).to.deep.equal([2]);
    expect([
      ...medianOf([
        [0, 0],
        [1, 2],
        [5, 10],
        [50, 100],
      ]),
    ]).to.deep.equal([3, 6]);
    expect([...medianOf([[7, 7]])]).to.deep.equal([7, 7]);
  });

  it('n/2 rows on one spot are the median, whatever the others are', () => {
    const rows = [
      [1, 2],
      [1, 2],
      [1, 2],
      [90, -8],
      [3, 400],
      [-1e9, 1e12],
    ];
    const { vector, weights } = geometricMedian({ f: 2 }).aggregate(toRows(rows));
    expect([...vector]).to.deep.equal([1, 2]);
    expect([...(weights ?? [])]).to.deep.equal([1 / 3, 1 / 3, 1 / 3, 0, 0, 0]);
  });

  it('leaves a row that it begins on, if that is not the median', () => {
    // The coordinate-wise median is (0, 0), itself a row; from there the others pull by more than 1.
    const rows = toRows([
      [0, 0],
      [4, 0],
      [0, 4],
      [5, -0.1],
      [-0.1, 5],
    ]);
    const { vector } = geometricMedian({ f: 0 }).aggregate(rows);
    expect(distance(vector, Float64Array.of(0, 0))).to.be.above(0.1);
    expect(Math.abs(excess(rows, vector))).to.be.below(1e-9);
  });

  it('from a row takes the step of Vardi and Zhang', () => {
    const rows = toRows([
      [0, 0],
      [4, 0],
      [0, 4],
      [5, -0.1],
      [-0.1, 5],
    ]);
    const weights = rows.slice(1).map((row) => 1 / distance(row, Float64Array.of(0, 0)));
    const pull = [0, 1].map((k) => weights.reduce((sum, w, i) => sum + w * (rows[i + 1]?.[k] as number), 0));
    const total = weights.reduce((sum, w) => sum + w, 0);
    const share = 1 - 1 / Math.sqrt((pull[0] as number) ** 2 + (pull[1] as number) ** 2);
    const { vector } = geometricMedian({ f: 0, iterations: 1 }).aggregate(rows);
    expectClose(
      vector,
      pull.map((x) => (share * x) / total),
      1e-12,
    );
  });

  it('the unit vectors to the rows add up to nothing, or to no more than the rows on the spot', () => {
    for (let seed = 0; seed < 300; seed++) {
      const draws = draw(seed);
      const [n, d, reach] = [draws.int(1, 9), draws.int(1, 4), draws.pick([3, 30, 1000])];
      const rows = Array.from({ length: n }, () =>
        Float64Array.from({ length: d }, () => draws.int(-reach, reach)),
      );
      const { vector, weights } = geometricMedian({ f: 0, iterations: 40 }).aggregate(rows);
      expect(excess(rows, vector), `seed ${seed}`).to.be.below(1e-7);
      expect(weights?.reduce((sum, x) => sum + x, 0)).to.be.closeTo(1, 1e-12);
    }
  });

  it('finds a median that is all but a row, where plain steps would take thousands', () => {
    const rows = toRows([
      [2, 1, -1],
      [-2, -2, -1],
      [1, 0, -1],
      [-1, -2, 0],
    ]);
    const { vector } = geometricMedian({ f: 0, iterations: 100 }).aggregate(rows);
    expect(excess(rows, vector)).to.be.below(1e-9);
    expect(distance(vector, rows[2] as Float64Array)).to.be.within(1e-4, 1e-1);
  });

  it('smoothing makes close rows count as a mean', () => {
    // All are nearer than 10: equal weights.
    expectClose(medianOf([[0], [1], [5]], { smoothing: 10 }), [2], 1e-12);
    expectClose(
      medianOf(
        [
          [0, 1],
          [4, 0],
          [9, 9],
          [3, 3],
        ],
        { smoothing: 1e-9 },
      ),
      [
        ...medianOf([
          [0, 1],
          [4, 0],
          [9, 9],
          [3, 3],
        ]),
      ],
      1e-8,
    );
  });

  it('as ByzFL has it takes three steps with ν = 0.1 unless told', () => {
    const rows = inputRows('D2');
    const named = geometricMedianByzfl({ f: 1, iterations: 3, smoothing: 0.1 });
    expect(geometricMedianByzfl({ f: 1 }).aggregate(rows)).to.deep.equal(named.aggregate(rows));
    // By hand: from 0 the rows 0, 1 and 4 have weights 10, 1 and 1/4.
    const { vector } = geometricMedianByzfl({ f: 1, iterations: 1 }).aggregate(toRows([[0], [1], [4]]));
    expect(vector[0]).to.be.closeTo(2 / 11.25, 1e-15);
  });

  it('stops where it is told to', () => {
    const rows = [
      [0, 0],
      [9, 0],
      [0, 7],
      [8, 8],
      [1, 2],
    ];
    const exact = medianOf(rows);
    expect(distance(medianOf(rows, { iterations: 1 }), exact)).to.be.above(1e-3);
    expect(distance(medianOf(rows, { tolerance: 1e-2 }), exact)).to.be.within(1e-9, 0.5);
    expect(distance(medianOf(rows, { smoothing: 1e-6, iterations: 1 }), exact)).to.be.above(1e-3);
    // The unit vectors of the first step add up to less than half of 5, not to less than a tenth.
    const once = medianOf(rows, { smoothing: 1, iterations: 1 });
    expect([...medianOf(rows, { smoothing: 1, tolerance: 0.5 })]).to.deep.equal([...once]);
    expect([...medianOf(rows, { smoothing: 1, tolerance: 0.02 })]).not.to.deep.equal([...once]);
  });

  it('f liars keep it within 2(n − f)/(n − 2f) of the honest radius; n/2 name it', () => {
    for (const [n, f] of [
      [5, 1],
      [5, 2],
      [9, 4],
    ] as const) {
      const bound = (2 * (n - f)) / (n - 2 * f);
      for (let seed = 0; seed < 40; seed++) {
        const draws = draw(seed);
        const rows = Array.from({ length: n }, (_, i) => {
          const angle = 2 * Math.PI * draws.unit();
          return i < f ? [1e7, draws.pick([1e7, 3e9])] : [Math.cos(angle), Math.sin(angle)];
        });
        expect(distance(medianOf(rows), Float64Array.of(0, 0))).to.be.at.most(bound);
      }
    }
    const outvoted = medianOf([
      [0, 0],
      [1, 0],
      [0, 1],
      [1e6, 1e6],
      [1e6, 1e6],
      [1e6, 1e6],
    ]);
    expect(distance(outvoted, Float64Array.of(0, 0))).to.be.above(1e5);
  });

  it('names a row beyond float64, which has no pull', () => {
    const { vector, leftOut } = geometricMedian({ f: 1 }).aggregate(
      toRows([[1], [3], [Number.MAX_VALUE], [2]]),
    );
    expect(vector[0]).to.be.within(1, 3);
    expect(leftOut.map(({ row }) => row)).to.deep.equal([2]);
  });

  it('refuses options that are none', () => {
    for (const options of [
      { smoothing: -1 },
      { smoothing: Number.NaN },
      { tolerance: 0 },
      { iterations: 0 },
    ]) {
      expect(errorOf(() => geometricMedian({ f: 1, ...options })).code).to.equal('RULE_OPTION');
    }
    for (const options of [{ smoothing: 0 }, { smoothing: -1 }, { iterations: 0 }]) {
      expect(errorOf(() => geometricMedianByzfl({ f: 1, ...options })).code).to.equal('RULE_OPTION');
    }
  });
});
