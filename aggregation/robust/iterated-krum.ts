import { ranking } from '../kernels/ranking.ts';
import { distancesFrom, type SquaredDistances } from '../kernels/squared-distances.ts';

export type IteratedKrum = {
  /** The rows chosen, in the order in which they were. */
  readonly chosen: readonly number[];
  /** Of a chosen row its score when it was chosen, of the others their last. */
  readonly scores: Float64Array;
};

/**
 * Chooses `count` rows one after the other: each time the row with the least sum of its `neighboursOf(r)` smallest
 * distances to the r rows that are left, itself not counted, added in ascending order; it is then gone. At least one
 * neighbour counts and at most r − 1. Ties go to the earlier row.
 *
 * Each row's distances are sorted once, so that all iterations together take O(n²·count) steps.
 */
export function iteratedKrum(
  distances: SquaredDistances,
  count: number,
  neighboursOf: (remaining: number) => number,
): IteratedKrum {
  const { n } = distances;
  const sorted = Array.from({ length: n }, (_, row) => sortedFrom(distances, row));
  const isGone = new Uint8Array(n);
  const scores = new Float64Array(n);
  const chosen: number[] = [];
  while (chosen.length < count) {
    const remaining = n - chosen.length;
    const neighbours = Math.min(Math.max(neighboursOf(remaining), 1), remaining - 1);
    let best = -1;
    for (let row = 0; row < n; row++) {
      if (isGone[row] === 1) continue;
      const { others, values } = sorted[row] as Sorted;
      let score = 0;
      for (let at = 0, taken = 0; taken < neighbours; at++) {
        if (isGone[others[at]!] === 1) continue;
        score += values[at]!;
        taken++;
      }
      scores[row] = score;
      if (best === -1 || score < scores[best]!) best = row;
    }
    isGone[best] = 1;
    chosen.push(best);
  }
  return { chosen, scores };
}

type Sorted = { readonly others: Uint32Array; readonly values: Float64Array };

/** The distances of a row in ascending order, and whose they are. */
function sortedFrom(distances: SquaredDistances, row: number): Sorted {
  const values = distancesFrom(distances, row);
  const order = ranking(values);
  return {
    others: Uint32Array.from(order, (at) => (at < row ? at : at + 1)),
    values: Float64Array.from(order, (at) => values[at]!),
  };
}
