import { visitSortedColumns } from './columns.ts';

/**
 * Per coordinate the mean of the `count` values nearest to the median: added in ascending order onto 0, then one
 * division. The median is the middle value, or half the sum of the two in the middle. Of two values equally near the
 * lower one is taken first, so the result does not depend on the order of the rows. −0 counts as 0.
 *
 * @param count 1 … n.
 */
export function meanNearMedian(rows: readonly Float64Array[], count: number): Float64Array {
  const means = new Float64Array(rows[0]?.length ?? 0);
  visitSortedColumns(rows, (sorted, k) => {
    const n = sorted.length;
    const half = n >> 1;
    const median = n % 2 === 1 ? sorted[half]! : (0 + sorted[half - 1]! + sorted[half]!) / 2;
    // The nearest values are neighbours in sorted order: from the full width the farther end goes, again and again.
    let low = 0;
    let high = n - 1;
    while (high - low + 1 > count) {
      if (median - sorted[low]! > sorted[high]! - median) low++;
      else high--;
    }
    let sum = 0;
    for (let i = low; i <= high; i++) sum += sorted[i]!;
    means[k] = sum / count;
  });
  return means;
}
