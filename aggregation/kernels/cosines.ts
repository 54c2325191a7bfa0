import type { Kernels } from './kernels.ts';
import { visitPairs } from './squared-distances.ts';
import { unitOf } from './units.ts';

/**
 * The cosines of all pairs of rows, n × n by rows; 0 for a row that is 0, and 0 on the diagonal.
 *
 * A cosine is 1 − ‖û − v̂‖² ÷ 2, from the kernels' squared distances of the directions (see {@link unitOf}): of rows that
 * point the same way it is 1 to the last bits, where a sum of products would cancel in 1 − cos.
 */
export function cosines(rows: readonly Float64Array[], kernels: Kernels): Float64Array {
  const n = rows.length;
  const units = rows.map(unitOf);
  const distances = kernels.squaredDistances(units.map(({ direction }) => direction));
  const square = new Float64Array(n * n);
  visitPairs(distances, (i, j, squared) => {
    if (units[i]?.length === 0 || units[j]?.length === 0) return;
    square[i * n + j] = square[j * n + i] = 1 - squared / 2;
  });
  return square;
}
