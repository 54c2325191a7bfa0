import { addSquares } from './squared-distances.ts';

/**
 * ‖x_i − p‖² of each row, length n; row and point of one length d. The order of each sum is that of
 * {@link squaredDistances}: by ascending k into four partial sums s_(k mod 4), then (s_0 + s_1) + (s_2 + s_3).
 * Infinity where it leaves the range of float64.
 */
export function squaredDistancesTo(rows: readonly Float64Array[], point: Float64Array): Float64Array {
  const sums = new Float64Array(4);
  return Float64Array.from(rows, (row) => {
    sums.fill(0);
    addSquares(row, point, 0, point.length, sums, 0);
    return sums[0]! + sums[1]! + (sums[2]! + sums[3]!);
  });
}
