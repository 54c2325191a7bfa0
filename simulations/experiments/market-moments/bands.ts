import type { Range, Ranges } from './report.ts';

/** A mean over generated assets or coins is near when it lies among the recorded ones, or this share of their range beyond. */
const BEYOND = 0.25;

export function bandOf({ least, most }: Range): { readonly low: number; readonly high: number } {
  const margin = BEYOND * (most - least);
  const low = least - margin;
  return { low: least < 0 ? low : Math.max(0, low), high: most + margin };
}

/** Of the recordings, to three digits: what `node simulations/experiments/market-moments.ts` reads where they are. */
export const RECORDED_MOMENTS: Ranges = {
  'volatility of a day': { least: 0.0393, mean: 0.063, most: 0.0759 },
  kurtosis: { least: 13.7, mean: 19.3, most: 24 },
  'tail index': { least: 3.08, mean: 3.69, most: 4.07 },
  'memory of |r|, 1 h': { least: 0.237, mean: 0.26, most: 0.319 },
  'memory of |r|, 24 h': { least: 0.155, mean: 0.172, most: 0.204 },
  'memory of |r|, 168 h': { least: 0.0989, mean: 0.11, most: 0.124 },
  'memory of |r|, 720 h': { least: 0.0517, mean: 0.0694, most: 0.0853 },
  'memory of log volatility, 1 day': { least: 0.588, mean: 0.644, most: 0.679 },
  'memory of log volatility, 30 days': { least: 0.134, mean: 0.219, most: 0.276 },
  'spread of log volatility': { least: 0.454, mean: 0.483, most: 0.521 },
  leverage: { least: -0.0209, mean: 0.0119, most: 0.0746 },
  'what EWMA foretells': { least: 0.652, mean: 0.69, most: 0.706 },
  'what 24 h over 168 h adds': { least: -0.244, mean: -0.217, most: -0.196 },
  'what 168 h over 720 h adds': { least: -0.209, mean: -0.179, most: -0.146 },
  'what 6 h over 24 h adds': { least: 0.0202, mean: 0.0649, most: 0.111 },
  'what the fall from the high adds': { least: -0.0307, mean: 0.00355, most: 0.0451 },
  'what volume adds': { least: 0.0335, mean: 0.0699, most: 0.0928 },
  'correlation of two assets': { least: 0.652, mean: 0.723, most: 0.849 },
  'volatility of an hour, bp': { least: 2.14, mean: 5.8, most: 11 },
  'distance from its own median, bp': { least: 0.609, mean: 5.46, most: 13.2 },
  'memory of the deviation, 24 h': { least: 0.238, mean: 0.41, most: 0.647 },
  'depegs of 50 bp a year': { least: 0.744, mean: 14.2, most: 50.3 },
  'depegs of 100 bp a year': { least: 0, mean: 2.35, most: 9.15 },
  'depth of a depeg of 50 bp, bp': { least: 51, mean: 59.6, most: 71.8 },
  'share of hours 50 bp off': { least: 0.0000848, mean: 0.0269, most: 0.127 },
};
