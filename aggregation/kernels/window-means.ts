import { visitSortedColumns } from './columns.ts';

/** Positions in the ascending values of a coordinate. */
export type SortedWindow = {
  /** The values averaged: `from` ≤ position < `to`, 0 ≤ from < to ≤ n. */
  readonly from: number;
  readonly to: number;
  /** A value is outside where it lies strictly below position `trim` or strictly above position n − 1 − `trim`. */
  readonly trim: number;
};

/** The one or two positions in the middle of n ascending values, whose mean is their median. */
export function middleOf(n: number): Pick<SortedWindow, 'from' | 'to'> {
  return { from: (n - 1) >> 1, to: (n >> 1) + 1 };
}

export type WindowMeans = {
  /** Length d. */
  readonly means: Float64Array;
  /** For each of the n rows, in how many coordinates its value is outside. */
  readonly outside: Float64Array;
};

/**
 * Per coordinate the mean of a window of its ascending values: added in ascending order onto 0, then one division.
 * With the middle one or two positions that is the median, with f … n − f the trimmed mean. −0 counts as 0.
 *
 * Outside is strict, because of ties: where all rows agree none is outside, and who is does not depend on the order
 * of the rows. The means do not either, to the bit.
 */
export function windowMeans(rows: readonly Float64Array[], window: SortedWindow): WindowMeans {
  const { from, to, trim } = window;
  const n = rows.length;
  const means = new Float64Array(rows[0]?.length ?? 0);
  const outside = new Float64Array(n);
  visitSortedColumns(rows, (sorted, k) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += sorted[i]!;
    means[k] = sum / (to - from);
    const low = sorted[trim]!;
    const high = sorted[n - 1 - trim]!;
    for (let i = 0; i < n; i++) {
      const value = rows[i]![k]!;
      if (value < low || value > high) outside[i] = outside[i]! + 1;
    }
  });
  return { means, outside };
}
