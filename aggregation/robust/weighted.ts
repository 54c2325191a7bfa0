import type { AggregationResult } from '../rule.ts';

/** The result of a rule that weighs rows: those of weight 0 are left out, with the reason that `why` gives. */
export function weighted(
  vector: Float64Array,
  weights: Float64Array,
  why: (row: number) => string,
): AggregationResult {
  const rows = [...weights.keys()];
  return {
    vector,
    selected: rows.filter((row) => weights[row] !== 0),
    leftOut: rows.filter((row) => weights[row] === 0).map((row) => ({ row, reason: why(row) })),
    weights,
  };
}
