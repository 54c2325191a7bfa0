import { meansOf } from './mean.ts';
import { meanNearMedian } from './near-median.ts';
import { type SquaredDistances, squaredDistances } from './squared-distances.ts';
import { type SortedWindow, type WindowMeans, windowMeans } from './window-means.ts';

/**
 * The arithmetic that an aggregation spends its time in. An implementation may use vector instructions or several
 * threads, but gives the bits of {@link plainKernels}: the order of every sum is part of each definition.
 *
 * Rows have been checked: at least one, one length d ≥ 1, finite.
 */
export interface Kernels {
  /** For reports, such as `plain` or `simd, 2 threads`. */
  readonly name: string;
  /** ‖x_i − x_j‖² of all pairs; see {@link squaredDistances}. */
  squaredDistances(rows: readonly Float64Array[]): SquaredDistances;
  /** Per coordinate the mean of a window of the sorted values; see {@link windowMeans}. */
  windowMeans(rows: readonly Float64Array[], window: SortedWindow): WindowMeans;
  /** Per coordinate the mean of the `count` values nearest to the median; see {@link meanNearMedian}. */
  meanNearMedian(rows: readonly Float64Array[], count: number): Float64Array;
  /** The mean of each list of rows; see {@link meansOf}. */
  meansOf(rows: readonly Float64Array[], lists: readonly (readonly number[])[]): Float64Array[];
}

/** Plain loops: the definition that every other implementation is compared with. */
export const plainKernels: Kernels = Object.freeze({
  name: 'plain',
  squaredDistances,
  windowMeans,
  meanNearMedian,
  meansOf,
});
