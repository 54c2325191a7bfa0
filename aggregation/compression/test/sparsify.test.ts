import { expect } from 'chai';
import fc from 'fast-check';
import { gather, keptCount, randomK, scatter, topK } from '../index.ts';
import { codeOf, SEED } from './support.ts';

const small = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 40 });

describe('top-k', () => {
  it('keeps exactly the k largest magnitudes, of equal ones the lower index', () => {
    fc.assert(
      fc.property(small, fc.nat(40), (values, wish) => {
        const k = Math.min(wish, values.length);
        const ranked = [...values.keys()].sort(
          (a, b) => Math.abs(values[b] ?? 0) - Math.abs(values[a] ?? 0) || a - b,
        );
        expect([...topK(values, k)]).to.deep.equal(ranked.slice(0, k).sort((a, b) => a - b));
      }),
      { numRuns: 500, seed: 10 },
    );
  });

  it('keeps k of a vector of equal values and of zeros', () => {
    expect([...topK(new Float64Array(100), 7)]).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
    expect([...topK(new Int32Array(9).fill(-4), 2)]).to.deep.equal([0, 1]);
  });

  it('refuses a k beyond the vector and a NaN', () => {
    expect(codeOf(() => topK([1, 2], 3))).to.equal('COMPRESSION_OPTION');
    expect(codeOf(() => topK([1, 2], -1))).to.equal('COMPRESSION_OPTION');
    expect(codeOf(() => topK([1, 2], 0.5))).to.equal('COMPRESSION_OPTION');
    expect(codeOf(() => topK([Number.NaN, 2], 1))).to.equal('COMPRESSION_RANGE');
  });

  it('counts a share as at least one coordinate', () => {
    expect([0.001, 0.1, 1].map((share) => keptCount(share, 51))).to.deep.equal([1, 6, 51]);
    for (const share of [0, -1, 1.1, Number.NaN]) {
      expect(codeOf(() => keptCount(share, 51))).to.equal('COMPRESSION_OPTION');
    }
  });
});

describe('random-k', () => {
  it('is k distinct ascending indices that the seed alone decides', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(300), (size, wish) => {
        const k = Math.min(wish, size);
        const indices = [...randomK(size, k, SEED)];
        expect(indices).to.have.length(k);
        expect([...new Set(indices)].sort((a, b) => a - b)).to.deep.equal(indices);
        expect(indices.every((index) => index >= 0 && index < size)).to.equal(true);
        expect([...randomK(size, k, SEED)]).to.deep.equal(indices);
      }),
      { numRuns: 100, seed: 11 },
    );
  });

  it('has a vector that other implementations can meet', () => {
    expect([...randomK(1000, 8, SEED)]).to.deep.equal([141, 244, 292, 304, 841, 878, 901, 934]);
  });

  it('takes every coordinate equally often, so that the scaled variant is unbiased and the plain one is not', () => {
    const size = 20;
    const k = 5;
    const vector = Float64Array.from({ length: size }, (_, i) => i - 7);
    const [plain, unbiased] = [new Float64Array(size), new Float64Array(size)];
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw++) {
      const indices = randomK(size, k, draw.toString(16).padStart(64, '0'));
      const values = gather(vector, indices);
      for (const [sum, scaling] of [
        [plain, 'plain'],
        [unbiased, 'unbiased'],
      ] as const) {
        scatter(values, indices, size, scaling).forEach((value, i) => {
          sum[i]! += value / draws;
        });
      }
    }
    for (let i = 0; i < size; i++) {
      const value = vector[i] ?? 0;
      // Six standard errors of the share k ÷ size.
      const tolerance = 6 * Math.abs(value) * Math.sqrt(0.75 / 0.25 / draws) + 1e-9;
      expect(unbiased[i]).to.be.closeTo(value, tolerance);
      expect(plain[i]).to.be.closeTo(value / 4, tolerance / 4);
    }
  });

  it('refuses a k beyond the size and a seed that is none', () => {
    expect(codeOf(() => randomK(3, 4, SEED))).to.equal('COMPRESSION_OPTION');
    expect(codeOf(() => randomK(3, 2, 'seed'))).to.equal('COMPRESSION_OPTION');
  });
});
