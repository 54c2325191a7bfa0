import { type SquaredDistances, visitPairs } from '../kernels/squared-distances.ts';
import { hasCover, searchTreeBound } from './vertex-cover.ts';

/**
 * Of all sets of `size` rows with the least greatest distance between two of them, the first in lexicographic order;
 * ascending.
 *
 * A set within diameter D is what is left when the f = n − `size` rows that are dropped touch every pair farther apart
 * than D: a vertex cover of those pairs. The least D for which there is one is found among the distances by halving;
 * then rows are kept in ascending order, each unless no cover is left that does without it.
 */
export function firstTightest(distances: SquaredDistances, size: number): number[] {
  const { n, values } = distances;
  const drop = n - size;
  const candidates = Float64Array.from(new Set(values)).sort();
  let low = 0;
  let high = candidates.length - 1;
  while (low < high) {
    const half = (low + high) >> 1;
    const far = pairsBeyond(distances, candidates[half]!);
    if (hasCover(far, new Uint8Array(n).fill(1), drop)) high = half;
    else low = half + 1;
  }
  return firstOutside(pairsBeyond(distances, candidates[low] ?? 0), n, size);
}

/** n × n: 1 where a pair is farther apart than the square root of `limit`. */
function pairsBeyond(distances: SquaredDistances, limit: number): Uint8Array[] {
  const { n } = distances;
  const far = Array.from({ length: n }, () => new Uint8Array(n));
  visitPairs(distances, (i, j, squared) => {
    if (!(squared > limit)) return;
    far[i]![j] = 1;
    far[j]![i] = 1;
  });
  return far;
}

/** The first `size` vertices, lexicographically, that a cover of n − `size` vertices leaves; one is known to exist. */
function firstOutside(far: readonly Uint8Array[], n: number, size: number): number[] {
  let open = new Uint8Array(n).fill(1);
  let budget = n - size;
  const kept: number[] = [];
  for (let i = 0; i < n && kept.length < size; i++) {
    if (open[i] === 0) continue;
    const without = open.slice();
    without[i] = 0;
    let dropped = 0;
    for (let j = 0; j < n; j++) {
      if (open[j] === 1 && far[i]![j] === 1) {
        without[j] = 0;
        dropped++;
      }
    }
    if (dropped <= budget && hasCover(far, without, budget - dropped)) {
      kept.push(i);
      open = without;
      budget -= dropped;
    } else {
      open[i] = 0;
      budget--;
    }
  }
  return kept;
}

/** The most nodes of search trees that {@link firstTightest} comes to: one search for each halving and each row. */
export function searchBound(n: number, f: number): number {
  const pairs = (n * (n - 1)) / 2;
  let halvings = 1;
  while (2 ** halvings < pairs) halvings++;
  return (halvings + n) * searchTreeBound(f);
}
