import { expect } from 'chai';
import fc from 'fast-check';
import { bytesOf } from '../../test/support.ts';
import { type Kernels, plainKernels } from '../kernels.ts';
import { simdKernels } from '../simd.ts';

/** Every kernel's bytes, for every window that a rule may ask for with f liars. */
function allBytes(kernels: Kernels, rows: readonly Float64Array[], f: number): Record<string, string> {
  const n = rows.length;
  const trimmed = kernels.windowMeans(rows, { from: f, to: n - f, trim: f });
  const median = kernels.windowMeans(rows, { from: (n - 1) >> 1, to: (n >> 1) + 1, trim: f });
  const lists = [[n - 1], [...rows.keys()].reverse(), [...rows.keys()].filter((i) => i % 3 !== 1)];
  return {
    distances: bytesOf(kernels.squaredDistances(rows).values),
    trimmed: bytesOf(trimmed.means),
    trimmedOutside: bytesOf(trimmed.outside),
    median: bytesOf(median.means),
    medianOutside: bytesOf(median.outside),
    near: bytesOf(kernels.meanNearMedian(rows, n - f)),
    nearest: bytesOf(kernels.meanNearMedian(rows, 1)),
    means: kernels.meansOf(rows, lists).map(bytesOf).join(),
  };
}

describe('simd kernels', () => {
  const simd = simdKernels();

  it('are made of vector instructions here', () => {
    expect(simd.name).to.equal('simd');
  });

  it('give the bits of the plain ones for every remainder of n and d, ties and negative zeros among them', () => {
    for (const n of [1, 2, 3, 4, 5, 8, 13, 30]) {
      for (const d of [1, 2, 3, 4, 5, 15, 16, 17, 33, 767, 769]) {
        const rows = Array.from({ length: n }, (_, i) =>
          Float64Array.from({ length: d }, (_, k) => {
            const step = (i * 7 + k * 5 + ((i * k) % 11)) % 13;
            return step === 0 ? -0 : step < 6 ? step - 3 : Math.sqrt(i + k / 7) - step;
          }),
        );
        for (const f of new Set([0, (n - 1) >> 2, (n - 1) >> 1])) {
          expect(allBytes(simd, rows, f), `n = ${n}, d = ${d}, f = ${f}`).to.deep.equal(
            allBytes(plainKernels, rows, f),
          );
        }
      }
    }
  });

  it('give them for any finite numbers, those whose sums overflow among them', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 1, 1e308),
    );
    const rows = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20 }))
      .chain(([n, d]) =>
        fc.array(fc.array(value, { minLength: d, maxLength: d }), { minLength: n, maxLength: n }),
      )
      .map((values) => values.map((row) => Float64Array.from(row)));
    fc.assert(
      fc.property(rows, (given) => {
        const f = (given.length - 1) >> 1;
        expect(allBytes(simd, given, f)).to.deep.equal(allBytes(plainKernels, given, f));
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('give them across blocks, and leave the rows as they were', () => {
    const rows = Array.from({ length: 11 }, (_, i) =>
      Float64Array.from({ length: 9001 }, (_, k) => ((k * 31 + i * 17) % 101) / (i + 3)),
    );
    const before = rows.map(bytesOf);
    expect(allBytes(simd, rows, 3)).to.deep.equal(allBytes(plainKernels, rows, 3));
    expect(rows.map(bytesOf)).to.deep.equal(before);
  });

  it('add the distances of groups of pairs, piece by piece, to those of the whole', () => {
    const n = 9;
    const rows = Array.from({ length: n }, (_, i) =>
      Float64Array.from({ length: 1001 }, (_, k) => 1 / (i + k + 1)),
    );
    const wanted = simd.squaredDistances(rows).values;
    const values: number[] = [];
    for (const [from, to, pairs] of [
      [0, 2, 15],
      [2, 6, 18],
      [6, 9, 3],
    ] as const) {
      const sums = new Float64Array(pairs * 4);
      for (const [start, end] of [
        [0, 400],
        [400, 404],
        [404, 1001],
      ]) {
        simd.addGroupSquares(
          rows.map((row) => row.subarray(start, end)),
          { from, to },
          sums,
        );
      }
      for (let at = 0; at < sums.length; at += 4) {
        const [a = 0, b = 0, c = 0, d = 0] = sums.subarray(at, at + 4);
        values.push(a + b + (c + d));
      }
    }
    expect(values).to.deep.equal([...wanted]);
  });

  it('fall back to the plain ones, and say so, where the platform has no such instructions', () => {
    const platform: { validate: (bytes: Uint8Array) => boolean } = Reflect.get(globalThis, 'WebAssembly');
    const { validate } = platform;
    platform.validate = () => false;
    try {
      expect(simdKernels().name).to.equal('plain, no simd here');
      expect(simdKernels().meanNearMedian).to.equal(plainKernels.meanNearMedian);
    } finally {
      platform.validate = validate;
    }
  });
});
