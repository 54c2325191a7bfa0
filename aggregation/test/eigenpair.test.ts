import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { squaredDistances } from '../index.ts';
import { naturalLog } from '../kernels/natural-log.ts';
import { principalDirection } from '../kernels/principal-direction.ts';
import { topEigenpair } from '../kernels/top-eigenpair.ts';
import { draw } from './draw.ts';
import { expectClose, toRows } from './support.ts';

/** A symmetric matrix of rank `rank` with values of either sign. */
function symmetric(seed: number, n: number, rank: number): Float64Array {
  const { unit } = draw(seed);
  const matrix = new Float64Array(n * n);
  for (let r = 0; r < rank; r++) {
    const sign = unit() < 0.3 ? -1 : 1;
    const x = Float64Array.from({ length: n }, () => unit() - 0.5);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++)
        matrix[i * n + j] = (matrix[i * n + j] ?? 0) + sign * (x[i] ?? 0) * (x[j] ?? 0);
    }
  }
  return matrix;
}

const times = (matrix: Float64Array, x: Float64Array): Float64Array =>
  x.map((_, i) => x.reduce((sum, value, j) => sum + (matrix[i * x.length + j] ?? 0) * value, 0));

/** What nodes agree on: the bits of value and vector. */
function bitsOf(matrix: Float64Array, n: number): string {
  const { value, vector } = topEigenpair(matrix, n);
  return createHash('sha256').update(Float64Array.of(value)).update(vector).digest('hex').slice(0, 16);
}

describe('the top eigenpair', () => {
  for (const [n, rank, bits] of [
    [2, 2, '6fe11de256b2126c'],
    [7, 3, '170f797fd05cd876'],
    [64, 40, '992cc9e2f738cd62'],
    [65, 40, '96d7e6b2a88a147a'],
    [80, 80, '2f952987947b38f5'],
    [130, 100, '0cdbc609ccdb1f78'],
  ] as const) {
    it(`keeps its bits for n = ${n}, rank ${rank}`, () => {
      expect(bitsOf(symmetric(n, n, rank), n)).to.equal(bits);
    });
  }

  it('of nothing is 0, however wide', () => {
    for (const n of [3, 70]) expect(topEigenpair(new Float64Array(n * n), n).value).to.equal(0);
  });

  it('turns equal entries of the diagonal one way', () => {
    expect(bitsOf(Float64Array.of(2, 1, 1, 2), 2)).to.equal('306dd05f4811d9ac');
  });

  it('of matrices known by heart', () => {
    expect(topEigenpair(Float64Array.of(7), 1)).to.deep.equal({ value: 7, vector: Float64Array.of(1) });
    const { value, vector } = topEigenpair(Float64Array.of(2, 1, 0, 1, 2, 1, 0, 1, 2), 3);
    expect(value).to.be.closeTo(2 + Math.SQRT2, 1e-14);
    expectClose(vector.map(Math.abs), [0.5, Math.SQRT1_2, 0.5], 1e-14);
    // Of equal values the lower index; of none but negative ones the nearest to 0.
    expect([...topEigenpair(Float64Array.of(3, 0, 0, 3), 2).vector]).to.deep.equal([1, 0]);
    expect(topEigenpair(Float64Array.of(-3, 0, 0, -1), 2).value).to.equal(-1);
    expect(topEigenpair(new Float64Array(16), 4).value).to.equal(0);
  });

  for (const n of [2, 5, 20, 64, 65, 90]) {
    it(`n = ${n}: M·v = λ·v with |v| = 1, and no direction gives more`, () => {
      for (let seed = 0; seed < (n > 20 ? 2 : 20); seed++) {
        const matrix = symmetric(seed, n, Math.min(n, 12));
        const { value, vector } = topEigenpair(matrix, n);
        expectClose(
          times(matrix, vector),
          [...vector].map((x) => x * value),
          1e-10,
        );
        expect(Math.hypot(...vector)).to.be.closeTo(1, 1e-12);
        const { unit } = draw(seed + 1000);
        for (let probe = 0; probe < 5; probe++) {
          const x = vector.map((each) => each + 0.1 ** probe * (unit() - 0.5));
          const quotient =
            x.reduce((sum, each, i) => sum + each * (times(matrix, x)[i] ?? 0), 0) / Math.hypot(...x) ** 2;
          expect(quotient).to.be.at.most(value + 1e-10);
        }
      }
    });
  }

  it('is found where it is orthogonal to everything that the rows have most of', () => {
    // Variance 1 along the first axis from one row alone, 4/3 along the second from rows that cancel.
    const rows = toRows([[4, 0], ...Array.from({ length: 12 }, (_, i) => [0, i % 2 === 0 ? 1.2 : -1.2])]);
    const { variance, shares } = principalDirection(squaredDistances(rows), new Float64Array(13).fill(1));
    expect(variance).to.be.closeTo((12 * 1.44) / 13, 1e-12);
    expect(shares[0]).to.be.lessThan(1e-20);
  });

  it('is in the Krylov space for a matrix of full rank too, to the share that is stated', () => {
    const n = 200;
    const matrix = symmetric(1, n, 400);
    const { value, vector } = topEigenpair(matrix, n);
    let x = vector.slice();
    for (let step = 0; step < 200; step++) {
      const image = times(matrix, x);
      const length = Math.hypot(...image);
      x = image.map((each) => each / length);
    }
    const refined = x.reduce((sum, each, i) => sum + each * (times(matrix, x)[i] ?? 0), 0);
    expect(value).to.be.within(refined * (1 - 1e-6), refined * (1 + 1e-12));
  });
});

describe('the principal direction of rows', () => {
  it('has the variance and projections of the weighted covariance, whatever d is', () => {
    // Weights 1, 1, 2 of 0, 4, 6 along (3, 4): μ = 4, variance (16 + 0 + 2·4)/4 = 6 times 25.
    const rows = toRows([0, 4, 6].map((t) => [3 * t, 4 * t, 0]));
    const { variance, shares } = principalDirection(squaredDistances(rows), Float64Array.of(1, 1, 2));
    expect(variance).to.be.closeTo(150, 1e-12);
    expectClose(shares, [1, 0, 0.25], 1e-14);
  });

  it('does not see rows of weight 0, and is 0 where the others agree', () => {
    const rows = toRows([
      [1, 1],
      [1, 1],
      [Number.MAX_VALUE, 0],
    ]);
    const { variance, shares } = principalDirection(squaredDistances(rows), Float64Array.of(1, 1, 0));
    expect(variance).to.equal(0);
    expect([...shares]).to.deep.equal([0, 0, 0]);
  });
});

describe('the natural logarithm of + − × ÷', () => {
  it('agrees with the system to a few units in the last place, over all magnitudes', () => {
    for (let seed = 0; seed < 20_000; seed++) {
      const { unit, int } = draw(seed);
      const x = (0.5 + unit()) * 2 ** int(-1060, 1020);
      const near = 1 + (unit() - 0.5) / 2 ** int(0, 40);
      for (const value of [x, near]) {
        const wanted = Math.log(value);
        const error = Math.abs(naturalLog(value) - wanted);
        if (!(error <= 4 * 2 ** -53 * 2 * Math.abs(wanted))) expect.fail(`ln ${value}: off by ${error}`);
      }
    }
  });

  it('has the values at the ends', () => {
    expect([0, 1, Infinity].map(naturalLog)).to.deep.equal([-Infinity, 0, Infinity]);
    for (const x of [-1, Number.NaN]) expect(naturalLog(x)).to.deep.equal(Number.NaN);
    expect(naturalLog(Number.MIN_VALUE)).to.be.closeTo(Math.log(Number.MIN_VALUE), 1e-12);
    expect(naturalLog(Number.MAX_VALUE)).to.be.closeTo(Math.log(Number.MAX_VALUE), 1e-12);
  });
});
