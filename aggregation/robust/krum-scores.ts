import { distancesFrom, type SquaredDistances } from '../kernels/squared-distances.ts';

/**
 * Krum's score of every row: the sum of its `neighbours` smallest squared distances to other rows, in ascending
 * order. Infinity where a distance leaves the range of float64, which only a row far from all honest ones gets.
 */
export function krumScores(distances: SquaredDistances, neighbours: number): Float64Array {
  return Float64Array.from({ length: distances.n }, (_, row) => {
    const nearest = distancesFrom(distances, row).sort();
    let score = 0;
    for (let k = 0; k < neighbours; k++) score += nearest[k]!;
    return score;
  });
}
