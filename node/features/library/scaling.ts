import { quantileOf } from '../statistics/quantile.ts';

/**
 * How a column becomes a model's input. Constants are public and part of the schema's hash; nothing is ever fitted to a
 * node's own rows, and nothing adapts while it runs, so that a crisis neither saturates nor rescales what peers share.
 *
 * - `scale-free`: as it is.
 * - `standard`: (x − centre) / spread.
 * - `arcsinh`: arcsinh((x − centre) / spread), for what has heavy tails on both sides: near the centre as `standard`.
 * - `log-standard`: (ln(max(x, floor)) − ln centre) / spread, for what is above zero and has a heavy tail.
 * - `min-max`: (x − low) / (high − low); beyond the bounds it goes on beyond 0 and 1.
 * - `log-min-max`: the same of ln(1 + x), with bounds given before the logarithm; x at or below −1 is missing.
 */
export type Scaling =
  | { readonly kind: 'scale-free' }
  | { readonly kind: 'standard'; readonly centre: number; readonly spread: number }
  | { readonly kind: 'arcsinh'; readonly centre: number; readonly spread: number }
  | {
      readonly kind: 'log-standard';
      readonly floor: number;
      readonly centre: number;
      readonly spread: number;
    }
  | { readonly kind: 'min-max'; readonly low: number; readonly high: number }
  | { readonly kind: 'log-min-max'; readonly low: number; readonly high: number };

/** The scaled value, clipped to ±`clip`; NaN where there is none. */
export function scaleValue(scaling: Scaling, x: number, clip: number): number {
  const scaled = unclipped(scaling, x);
  return Number.isNaN(scaled) ? Number.NaN : Math.max(-clip, Math.min(clip, scaled));
}

function unclipped(scaling: Scaling, x: number): number {
  switch (scaling.kind) {
    case 'scale-free':
      return x;
    case 'standard':
      return (x - scaling.centre) / scaling.spread;
    case 'arcsinh':
      return Math.asinh((x - scaling.centre) / scaling.spread);
    case 'log-standard':
      return Math.log(Math.max(x, scaling.floor) / scaling.centre) / scaling.spread;
    case 'min-max':
      return (x - scaling.low) / (scaling.high - scaling.low);
    case 'log-min-max': {
      const low = Math.log1p(scaling.low);
      return x > -1 ? (Math.log1p(x) - low) / (Math.log1p(scaling.high) - low) : Number.NaN;
    }
  }
}

/** Interquartile range of a standard normal. */
const NORMAL_RANGE = 1.3489795003921634;

/**
 * Robust constants of a column from **public** rows: the median, and the interquartile range as that of a normal.
 *
 * @param values finite, at least one.
 * @param leastSpread used where the middle half hardly varies.
 */
export function fitStandardScaling(values: readonly number[], leastSpread: number): Scaling {
  const sorted = Float64Array.from(values).sort();
  const spread = Math.max(leastSpread, (quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25)) / NORMAL_RANGE);
  return { kind: 'standard', centre: quantileOf(sorted, 0.5), spread };
}
