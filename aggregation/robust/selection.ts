import { meanOf } from '../kernels/mean.ts';
import type { AggregationResult, LeftOut, Rows } from '../rule.ts';

/**
 * The mean of the `count` rows that come first in `ranked` (row indices, best first), summed by ascending row;
 * the others are left out, each with its score and rank.
 */
export function selection(
  rows: Rows,
  scores: Float64Array,
  ranked: readonly number[],
  count: number,
): AggregationResult {
  const selected = ranked.slice(0, count).sort((a, b) => a - b);
  const leftOut: LeftOut[] = ranked
    .map((row, rank) => ({
      row,
      reason: `score ${Number(scores[row]!.toPrecision(6))} ranks ${rank + 1} of ${rows.length}; the lowest ${count} ${count === 1 ? 'is' : 'are'} taken`,
    }))
    .slice(count)
    .sort((a, b) => a.row - b.row);
  return { vector: meanOf(rows, selected), selected, leftOut, scores };
}
