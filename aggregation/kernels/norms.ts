import { squaredDistancesTo } from './distances-to.ts';

/**
 * ‖x_i‖ of each row, length n: the root of its squared distance to 0, added in the order of
 * {@link squaredDistancesTo}. Infinity where the squares leave the range of float64, beyond about 1e154.
 */
export function norms(rows: readonly Float64Array[]): Float64Array {
  return squaredDistancesTo(rows, new Float64Array(rows[0]?.length ?? 0)).map(Math.sqrt);
}

/**
 * The row itself where its norm is at most `radius`, else a new one: each coordinate times radius ÷ norm, a quotient
 * that is taken once. Where the norm is infinite that is 0.
 *
 * @param norm of the row; see {@link norms}.
 */
export function clippedToNorm(row: Float64Array, norm: number, radius: number): Float64Array {
  if (norm <= radius) return row;
  const factor = radius / norm;
  return row.map((x) => x * factor);
}
