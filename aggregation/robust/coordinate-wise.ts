import { visitSortedColumns } from '../kernels/columns.ts';
import type { AggregationResult, LeftOut, Rows, RuleCondition } from '../rule.ts';

/** f liars must be fewer than the honest rows: what is left after dropping f from each end is not empty. */
export const MAJORITY_CONDITION: RuleCondition = { text: 'n > 2f', minRows: (f) => 2 * f + 1 };

/** A row trimmed in more than this share of the coordinates is named as left out. */
export const TRIMMED_SHARE_LIMIT = 0.9;

/**
 * Applies `combine` to the ascending values of every coordinate and counts, for each row, the coordinates in
 * which its value lies strictly below sorted[f] or strictly above sorted[n − 1 − f].
 *
 * Strictly, because of ties: where all rows agree none is trimmed, and who is named does not depend on the
 * order of the rows. The result does not either, to the bit.
 */
export function coordinateWise(
  rows: Rows,
  f: number,
  combine: (sorted: Float64Array) => number,
): AggregationResult {
  const n = rows.length;
  const d = rows[0]?.length ?? 0;
  const vector = new Float64Array(d);
  const trimmed = new Float64Array(n);
  visitSortedColumns(rows, (sorted, k) => {
    vector[k] = combine(sorted);
    const low = sorted[f]!;
    const high = sorted[n - 1 - f]!;
    for (let i = 0; i < n; i++) {
      const value = rows[i]![k]!;
      if (value < low || value > high) trimmed[i] = trimmed[i]! + 1;
    }
  });
  const trimmedShare = trimmed.map((count) => count / d);
  return { vector, selected: [...rows.keys()], leftOut: mostlyTrimmed(trimmedShare), trimmedShare };
}

function mostlyTrimmed(trimmedShare: Float64Array): LeftOut[] {
  return [...trimmedShare.entries()]
    .filter(([, share]) => share > TRIMMED_SHARE_LIMIT)
    .map(([row, share]) => ({ row, reason: `trimmed in ${(100 * share).toFixed(1)} % of the coordinates` }));
}
