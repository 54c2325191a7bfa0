import type { Kernels } from '../kernels/kernels.ts';
import { middleOf } from '../kernels/window-means.ts';
import type { AggregationResult, LeftOut, Rows, RuleCondition } from '../rule.ts';

/** f liars must be fewer than the honest rows: what is left after dropping f from each end is not empty. */
export const MAJORITY_CONDITION: RuleCondition = { text: 'n > 2f', minRows: (f) => 2 * f + 1 };

/** A row trimmed in more than this share of the coordinates is named as left out. */
export const TRIMMED_SHARE_LIMIT = 0.9;

/** Per coordinate the median of the rows: a vector in their midst for rules that begin from one. */
export function coordinateMedian(rows: Rows, kernels: Kernels): Float64Array {
  return kernels.windowMeans(rows, { ...middleOf(rows.length), trim: 0 }).means;
}

/**
 * Per coordinate the mean of the sorted values `from` … `to` − 1, and for each row the share of coordinates in which
 * it lies strictly outside what is left when the f smallest and f largest values are dropped.
 */
export function coordinateWise(
  rows: Rows,
  kernels: Kernels,
  { from, to, f }: { readonly from: number; readonly to: number; readonly f: number },
): AggregationResult {
  const { means, outside } = kernels.windowMeans(rows, { from, to, trim: f });
  const trimmedShare = outside.map((count) => count / means.length);
  return { vector: means, selected: [...rows.keys()], leftOut: mostlyTrimmed(trimmedShare), trimmedShare };
}

/** What {@link coordinateWise} says of the rows, without a vector. */
export function trimming(
  rows: Rows,
  kernels: Kernels,
  f: number,
): Pick<AggregationResult, 'leftOut'> & { readonly trimmedShare: Float64Array } {
  // The window must not be empty; its means go unused.
  const { means, outside } = kernels.windowMeans(rows, { from: 0, to: 1, trim: f });
  const trimmedShare = outside.map((count) => count / means.length);
  return { leftOut: mostlyTrimmed(trimmedShare), trimmedShare };
}

/** Rows trimmed in more than TRIMMED_SHARE_LIMIT of the coordinates, with their share. */
function mostlyTrimmed(trimmedShare: Float64Array): LeftOut[] {
  return [...trimmedShare.entries()]
    .filter(([, share]) => share > TRIMMED_SHARE_LIMIT)
    .map(([row, share]) => ({ row, reason: `trimmed in ${(100 * share).toFixed(1)} % of the coordinates` }));
}
