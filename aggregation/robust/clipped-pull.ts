import { squaredDistancesTo } from '../kernels/distances-to.ts';
import { pull } from '../kernels/pull.ts';
import type { LeftOut, Rows } from '../rule.ts';

/**
 * The mean of x_i − p, each cut to at most `radius`: Σ c_i·(x_i − p) ÷ n with c_i = min(1, radius ÷ ‖x_i − p‖), by
 * ascending row, then one division a coordinate. A row whose squared distance leaves the range of float64 has c_i = 0.
 */
export function clippedPull(
  rows: Rows,
  point: Float64Array,
  radius: number,
): { readonly mean: Float64Array; readonly factors: Float64Array } {
  const factors = squaredDistancesTo(rows, point).map((squared) => {
    const distance = Math.sqrt(squared);
    return distance > radius ? radius / distance : 1;
  });
  const mean = pull(rows, factors, point);
  for (let k = 0; k < mean.length; k++) mean[k] = mean[k]! / rows.length;
  return { mean, factors };
}

/** Rows too far away for float64: they had no say. */
export function beyondRange(factors: Float64Array): LeftOut[] {
  return [...factors.entries()]
    .filter(([, factor]) => factor === 0)
    .map(([row]) => ({ row, reason: 'its squared distance is above 1.8e308' }));
}
