import type { Kernels } from './kernels.ts';

/**
 * The kernels' means of each list of rows, with ±{@link Number.MAX_VALUE} in place of a coordinate whose sum leaves
 * the range of float64. Rows that far off are lies; the mean of some of them must not end the round, since a rule
 * still follows that leaves them out.
 */
export function boundedMeans(
  kernels: Kernels,
  rows: readonly Float64Array[],
  lists: readonly (readonly number[])[],
): Float64Array[] {
  const means = kernels.meansOf(rows, lists);
  for (const mean of means) {
    for (let k = 0; k < mean.length; k++) {
      // Finite values never add up to NaN: an infinite sum stays the infinity that it is.
      if (mean[k] === Infinity) mean[k] = Number.MAX_VALUE;
      else if (mean[k] === -Infinity) mean[k] = -Number.MAX_VALUE;
    }
  }
  return means;
}
