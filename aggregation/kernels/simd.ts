import { plainSplitKernels, type SplitKernels } from './split-kernels.ts';
import { distancesOfSums, LANES, type PairGroup, pairCount } from './squared-distances.ts';
import { meanNearMedian, windowMeans } from './wasm/columns.ts';
import { addGroupSquares } from './wasm/distances.ts';
import { meansOf } from './wasm/means.ts';
import { instantiateKernels } from './wasm/module.ts';
import type { SortedWindow } from './window-means.ts';

/**
 * Kernels of 128-bit vector instructions, the bits of `plainKernels`. Where the platform has none they are the plain
 * ones, and the name says so: `plain, no simd here`.
 *
 * Rows are copied a block at a time into a memory of their own, which holds a few MiB whatever d is (and 32 bytes a
 * pair, at most 16 MiB). One call at a time; calls of one object must not be nested.
 */
export function simdKernels(): SplitKernels {
  const wasm = instantiateKernels();
  if (wasm === undefined) return Object.freeze({ ...plainSplitKernels, name: 'plain, no simd here' });
  const add = (rows: readonly Float64Array[], group: PairGroup, sums: Float64Array): void =>
    addGroupSquares(wasm, rows, group, sums);
  return Object.freeze({
    name: 'simd',
    addGroupSquares: add,
    squaredDistances: (rows: readonly Float64Array[]) => {
      const n = rows.length;
      const all = { from: 0, to: n };
      const sums = new Float64Array(pairCount(n, all) * LANES);
      add(rows, all, sums);
      return distancesOfSums(n, sums);
    },
    windowMeans: (rows: readonly Float64Array[], window: SortedWindow) => windowMeans(wasm, rows, window),
    meanNearMedian: (rows: readonly Float64Array[], count: number) => meanNearMedian(wasm, rows, count),
    meansOf: (rows: readonly Float64Array[], lists: readonly (readonly number[])[]) =>
      meansOf(wasm, rows, lists),
  });
}
