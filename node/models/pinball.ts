import { quantileOf } from '../features/statistics/quantile.ts';

/**
 * Pinball (check) loss of one quantile forecast: (y − q)·τ above, (q − y)·(1 − τ) below
 * (Koenker and Bassett 1978). In the unit of y.
 */
export function pinball(level: number, forecast: number, actual: number): number {
  const error = actual - forecast;
  return error >= 0 ? level * error : (level - 1) * error;
}

/** Its derivative in the forecast: −τ where the actual lies above, 1 − τ where it lies below, 0 on the kink. */
export function pinballSlope(level: number, forecast: number, actual: number): number {
  if (actual === forecast) return 0;
  return actual > forecast ? -level : 1 - level;
}

/** The value below which a share `level` of `values` lies (linear between order statistics). */
export function empiricalQuantile(values: Float64Array, level: number): number {
  return quantileOf(Float64Array.from(values).sort(), level);
}
