import { BallastError } from '../../protocol/errors.ts';
import { quantileOf } from '../features/statistics/quantile.ts';

/** Hours of one window: shorter ones are ruled by what the day brings, longer ones are late. */
export const INPUT_WINDOW_HOURS = 72;
/** Windows of the public training part that new ones are compared with, at the least. */
const LEAST_WINDOWS = 20;
/** Training windows begin this far apart, and overlap: ranks are finer, and no tail is made up. */
const REFERENCE_STRIDE_HOURS = 24;
/** Points of a feature's quantile table. */
const TABLE_POINTS = 101;
/** Exponents of the bets on small p-values, κ p^(κ − 1). */
export const P_BETS = [0.1, 0.3, 0.5, 0.7] as const;

/** Consecutive hours of features: rows × width, row-major. */
export type FeatureRows = {
  readonly startHour: number;
  readonly width: number;
  readonly x: Float64Array;
};

/** How the features were distributed in the public training part, and how far its own windows stood from that. */
export type InputReference = {
  readonly names: readonly string[];
  /** By feature, `TABLE_POINTS` ascending quantiles. */
  readonly quantiles: readonly Float64Array[];
  /** By feature: the usual distance of a training window, its 90 % quantile. */
  readonly usual: Float64Array;
  /** The largest relative distance of each training window, ascending. */
  readonly largest: Float64Array;
};

/** A window beside the reference. */
export type InputWindow = {
  readonly fromHour: number;
  readonly toHour: number;
  /** Chance of a window of the training part to stand as far off, in whichever feature: all features are one test. */
  readonly p: number;
  readonly moved: MovedFeature;
};

/** The feature that stands out most. */
export type MovedFeature = {
  readonly name: string;
  /** Distance in the window over the usual distance of a window. */
  readonly times: number;
  readonly median: number;
  readonly trainingMedian: number;
  /** Share of the training hours below the window's median. */
  readonly rank: number;
};

/**
 * @param rows of the public training part.
 * @throws BallastError `DRIFT_REFERENCE` for fewer than `LEAST_WINDOWS` windows.
 */
export function inputReference(names: readonly string[], rows: FeatureRows): InputReference {
  const width = names.length;
  const count = Math.floor(rows.x.length / width / INPUT_WINDOW_HOURS);
  if (count < LEAST_WINDOWS || rows.width !== width) {
    throw new BallastError(
      'DRIFT_REFERENCE',
      `drift: got ${count} windows of ${INPUT_WINDOW_HOURS} hours and ${rows.width} features, expected at least ${LEAST_WINDOWS} and ${width}`,
      { metadata: { windows: count, width }, hint: 'use a longer public feed' },
    );
  }
  const quantiles = names.map((_, j) => {
    const sorted = column(rows.x, width, j).sort();
    return Float64Array.from({ length: TABLE_POINTS }, (_, k) => quantileOf(sorted, k / (TABLE_POINTS - 1)));
  });
  const [size, stride] = [INPUT_WINDOW_HOURS * width, REFERENCE_STRIDE_HOURS * width];
  const distances: Float64Array[] = [];
  for (let from = 0; from + size <= rows.x.length; from += stride) {
    distances.push(distancesOf(rows.x.subarray(from, from + size), quantiles));
  }
  const usual = Float64Array.from(names, (_, j) =>
    Math.max(LEAST_DISTANCE, quantileOf(Float64Array.from(distances, (each) => each[j]!).sort(), 0.9)),
  );
  return {
    names,
    quantiles,
    usual,
    largest: Float64Array.from(distances, (each) => Math.max(...relative(each, usual))).sort(),
  };
}

/** A feature that never moved in training: any move of it is told, and no rounding. */
const LEAST_DISTANCE = 1e-3;

/**
 * Compares one window of `INPUT_WINDOW_HOURS` with the training part. The distance of a feature is Wasserstein's
 * between the window's hours and all training hours; the largest over the features, in units of what is usual for
 * each, has its rank among the training windows' for a p-value (maxT of Westfall and Young 1993).
 */
export function compareWindow(reference: InputReference, rows: FeatureRows): InputWindow {
  const { names, quantiles, usual, largest } = reference;
  const times = relative(distancesOf(rows.x, quantiles), usual);
  let most = 0;
  for (let j = 1; j < times.length; j++) if (times[j]! > times[most]!) most = j;
  const own = times[most]!;
  const asFar = largest.reduce((count, distance) => count + (distance >= own ? 1 : 0), 0);
  const median = quantileOf(column(rows.x, names.length, most).sort(), 0.5);
  const table = quantiles[most] ?? new Float64Array(1);
  return {
    fromHour: rows.startHour,
    toHour: rows.startHour + rows.x.length / names.length,
    p: (1 + asFar) / (1 + largest.length),
    moved: {
      name: names[most] ?? '',
      times: own,
      median,
      trainingMedian: quantileOf(table, 0.5),
      rank: table.reduce((count, value) => count + (value < median ? 1 : 0), 0) / table.length,
    },
  };
}

/** What bets on small p-values win: each has a mean of at most 1 where p-values are what they should be. */
export function inputFactors({ p }: Pick<InputWindow, 'p'>): number[] {
  return P_BETS.map((kappa) => kappa * p ** (kappa - 1));
}

/** By feature, the mean distance between a window's order statistics and the same quantiles of the training part. */
function distancesOf(x: Float64Array, quantiles: readonly Float64Array[]): Float64Array {
  const width = quantiles.length;
  return Float64Array.from(quantiles, (table, j) => {
    const sorted = column(x, width, j).sort();
    let sum = 0;
    for (let i = 0; i < sorted.length; i++) {
      sum += Math.abs(sorted[i]! - quantileOf(table, (i + 0.5) / sorted.length));
    }
    return sum / sorted.length;
  });
}

const relative = (distances: Float64Array, usual: Float64Array): Float64Array =>
  distances.map((distance, j) => distance / usual[j]!);

function column(x: Float64Array, width: number, j: number): Float64Array {
  return Float64Array.from({ length: x.length / width }, (_, i) => x[i * width + j]!);
}
