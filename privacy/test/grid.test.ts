import { expect } from 'chai';
import fc from 'fast-check';
import { clip } from '../clip.ts';
import { fromGrid, gridNorm2, toGrid, withinGridNorm } from '../grid.ts';
import { refusal } from './support.ts';

const bits = fc.integer({ min: 0, max: 30 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('grid', () => {
  it('rounds toward zero, by less than a step', () => {
    expect([...toGrid(Float64Array.of(0.99, -0.99, 1.5, -1.5, -0.1), 0)]).to.deep.equal([0, 0, 1, -1, 0]);
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1.9, max: 1.9 }), bits, (value, n) => {
        const [back] = fromGrid(toGrid(Float64Array.of(value), n), n);
        const rounded = back ?? Number.NaN;
        expect(Math.abs(rounded)).to.be.at.most(Math.abs(value));
        expect(Math.abs(value - rounded)).to.be.below(2 ** -n);
      }),
      { seed: 3 },
    );
  });

  it('gives grid integers back unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 })), bits, (values, n) => {
        const integers = Int32Array.from(values);
        expect(toGrid(fromGrid(integers, n), n)).to.deep.equal(integers);
      }),
      { seed: 4 },
    );
  });

  it('sums squares exactly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(int32, fc.integer({ min: -(2 ** 22), max: 2 ** 22 })), { maxLength: 60 }),
        (values) => {
          const expected = values.reduce((sum, value) => sum + BigInt(value) ** 2n, 0n);
          expect(gridNorm2(Int32Array.from(values))).to.equal(expected);
        },
      ),
      { seed: 5 },
    );
    // Odd squares whose sum passes 2^53, where a double drops the last digit.
    const many = new Int32Array(5001).fill(2 ** 21 - 1);
    expect(gridNorm2(many)).to.equal(5001n * (2n ** 21n - 1n) ** 2n);
  });

  it('decides a bound to the last integer', () => {
    expect(withinGridNorm(Int32Array.of(3, 4), 5, 0)).to.equal(true);
    expect(withinGridNorm(Int32Array.of(3, 4), 5 - 1e-15, 0)).to.equal(false);
    const large = Int32Array.of(2 ** 30, 2 ** 30, 2 ** 30, 2 ** 30);
    expect(withinGridNorm(large, 2, 30)).to.equal(true);
    expect(withinGridNorm(Int32Array.of(...large, 1), 2, 30)).to.equal(false);
  });

  it('keeps the bound of a clipped vector', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 50 }),
        fc.double({ noNaN: true, min: 0.001, max: 1.9 }),
        bits,
        (values, limit, n) => {
          const integers = toGrid(clip(Float64Array.from(values), limit), n);
          expect(withinGridNorm(integers, limit, n)).to.equal(true);
        },
      ),
      { seed: 6, numRuns: 500 },
    );
  });

  it('refuses an overflow and what is not finite', async () => {
    expect((await refusal(() => toGrid(Float64Array.of(2), 30))).code).to.equal('GRID_OVERFLOW');
    expect((await refusal(() => toGrid(Float64Array.of(-(2 ** 31)), 0))).code).to.equal('GRID_OVERFLOW');
    expect((await refusal(() => toGrid(Float64Array.of(Number.NaN), 8))).code).to.equal('VECTOR_NOT_FINITE');
    for (const bad of [-1, 31, 1.5]) {
      expect((await refusal(() => toGrid(Float64Array.of(0), bad))).code).to.equal('PRIVACY_PARAMETER');
    }
  });
});
