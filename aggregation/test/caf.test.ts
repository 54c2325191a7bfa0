import { expect } from 'chai';
import { caf, type Rows, squaredDistances } from '../index.ts';
import { principalDirection } from '../kernels/principal-direction.ts';
import { draw } from './draw.ts';
import { expectClose, inputRows, toRows } from './support.ts';
import vectors from './vectors/filtering.json' with { type: 'json' };

const ones = (n: number): Float64Array => new Float64Array(n).fill(1);

describe('CAF', () => {
  for (const { input, f, caf: wanted } of vectors.cases) {
    it(`weighs ${input}, f = ${f}, as the eigenvectors of the whole covariance do`, () => {
      const { vector, weights } = caf({ f }).aggregate(inputRows(input));
      expectClose(vector, wanted.vector, 1e-9);
      expectClose(weights ?? ones(0), wanted.weights, 1e-9);
    });
  }

  it('one step by hand: six rows on a line, one of them far', () => {
    // μ = 10, τ = 100 for five rows and 2500 for the last: c = 24/25 five times, then 0. All that is left agrees.
    const { vector, weights, leftOut, selected } = caf({ f: 1 }).aggregate(
      toRows([[0], [0], [0], [0], [0], [60]]),
    );
    expect([...vector]).to.deep.equal([0]);
    expectClose(weights ?? ones(0), [0.96, 0.96, 0.96, 0.96, 0.96, 0], 1e-12);
    expect(selected).to.deep.equal([0, 1, 2, 3, 4]);
    expect(leftOut.map(({ row }) => row)).to.deep.equal([5]);
  });

  it('is the mean with f = 0, and where all rows agree', () => {
    expect([...caf({ f: 0 }).aggregate(toRows([[1], [2], [6]])).vector]).to.deep.equal([3]);
    expect([...caf({ f: 2 }).aggregate(toRows([[7], [7], [7], [7], [7]])).vector]).to.deep.equal([7]);
  });

  // The largest factor found in 5,000 such cases is 1.24.
  it('stays near the honest mean: error² ≤ 2·q(1 + q)·λ, with q = f/(n − 2f) and λ the honest variance', () => {
    for (let seed = 0; seed < 400; seed++) {
      const { honest, lies, f } = attacked(seed);
      const n = honest.length + f;
      const { variance } = principalDirection(squaredDistances(honest), ones(honest.length));
      const q = f / (n - 2 * f);
      const error = squaredError(caf({ f }).aggregate([...lies, ...honest]).vector, honest);
      expect(error, `seed ${seed}`).to.be.at.most(2 * q * (1 + q) * variance);
    }
  });

  it('one liar more than f, as many as honest rows, moves it off', () => {
    const honest = toRows([
      [0, 0],
      [1, 0],
      [0, 1],
    ]);
    const lies = toRows([
      [1e6, 0],
      [1e6, 0],
      [1e6, 0],
    ]);
    expect(squaredError(caf({ f: 2 }).aggregate([...honest, ...lies]).vector, honest)).to.be.greaterThan(1e9);
  });

  it('leaves out rows at distances beyond float64, together or apart', () => {
    const far = Number.MAX_VALUE;
    const honest = toRows([
      [1, 2],
      [2, 1],
      [3, 3],
      [0, 1],
      [2, 2],
    ]);
    for (const lies of [
      [
        [far, far],
        [-far, far],
      ],
      [
        [far, 0],
        [far, 0],
      ],
      [
        [far, 0],
        [1e9, 0],
      ],
    ]) {
      const { vector, leftOut } = caf({ f: 2 }).aggregate([...honest, ...toRows(lies)]);
      expect(leftOut.map(({ row }) => row)).to.include.members([5, 6]);
      expect(squaredError(vector, honest)).to.be.lessThan(1);
    }
  });
});

function attacked(seed: number): { honest: Rows; lies: Rows; f: number } {
  const { int, unit, pick } = draw(seed);
  const f = int(1, 4);
  const n = 2 * f + 1 + int(0, 8);
  const d = int(1, 6);
  const row = (value: () => number): number[] => Array.from({ length: d }, value);
  const distance = 10 ** (4 * unit());
  const direction = row(() => (unit() - 0.5) * distance);
  const honest = toRows(Array.from({ length: n - f }, () => row(() => int(-50, 50))));
  const lies = toRows(
    Array.from({ length: f }, () => pick([direction, row(() => int(-90, 90)), [...(honest[0] ?? [])]])),
  );
  return { honest, lies, f };
}

function squaredError(vector: Float64Array, honest: Rows): number {
  let error = 0;
  for (const [k, x] of vector.entries()) {
    const mean = honest.reduce((sum, row) => sum + (row[k] ?? 0), 0) / honest.length;
    error += (x - mean) ** 2;
  }
  return error;
}
