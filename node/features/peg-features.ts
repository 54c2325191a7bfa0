import { digestOf } from '../../protocol/digest.ts';
import { absoluteChange, ewma, rollingRange } from './rolling.ts';
import type { HourlySeries } from './series.ts';

/** Hours between a forecast and what it forecasts. */
export const HORIZON_HOURS = 24;
/** Half-life of the scale S, hours. */
export const SCALE_HALF_LIFE = 96;
/** Least S, bp: below it a feed's own resolution would pass for volatility. */
export const SCALE_FLOOR = 0.5;
/** Features are clipped to ±this after arcsinh (27 scales). */
export const FEATURE_CLIP = 4;
/** Hours of a series that only fill the averages and give no example. */
export const WARMUP_HOURS = 14 * 24;

/**
 * One model input. All are free of scale: differences are divided by S_t, passed through arcsinh and clipped.
 *
 * `parity` says what becomes of it when the coin is mirrored at its target (d → −d): an `odd` feature changes its
 * sign, an `even` one stays. Even features have a public constant subtracted, so that they vary around zero.
 */
export type FeatureDefinition = {
  readonly name: string;
  readonly parity: 'odd' | 'even';
  readonly description: string;
};

/** What a feature reads at one hour. */
type State = {
  readonly deviation: Float64Array;
  readonly scale: Float64Array;
  readonly fast: Float64Array;
  readonly middle: Float64Array;
  readonly slow: Float64Array;
  readonly fastMove: Float64Array;
  readonly middleMove: Float64Array;
  readonly slowMove: Float64Array;
  readonly range: Float64Array;
};

type Feature = FeatureDefinition & { readonly at: (s: State, t: number) => number };

/** Least mean hourly move in a ratio of moves, bp. */
const MOVE_FLOOR = 0.1;
const logRatio = (a: number, b: number) => Math.log((a + MOVE_FLOOR) / (b + MOVE_FLOOR));

const DEFINITIONS: readonly Feature[] = [
  {
    name: 'deviation',
    parity: 'odd',
    description: 'd / S: how far the price is from its target',
    at: (s, t) => Math.asinh(s.deviation[t]! / s.scale[t]!),
  },
  {
    name: 'fast-gap',
    parity: 'odd',
    description: '(d − e6) / S: distance to the average of half-life 6 h',
    at: (s, t) => Math.asinh((s.deviation[t]! - s.fast[t]!) / s.scale[t]!),
  },
  {
    name: 'middle-gap',
    parity: 'odd',
    description: '(e6 − e36) / S: distance of that average to the one of half-life 36 h',
    at: (s, t) => Math.asinh((s.fast[t]! - s.middle[t]!) / s.scale[t]!),
  },
  {
    name: 'slow-gap',
    parity: 'odd',
    description: '(e36 − e240) / S: distance of that average to the one of half-life 240 h',
    at: (s, t) => Math.asinh((s.middle[t]! - s.slow[t]!) / s.scale[t]!),
  },
  {
    name: 'day-change',
    parity: 'odd',
    description: '(d_t − d_{t−24}) / S: the move of the last day',
    at: (s, t) => Math.asinh((s.deviation[t]! - s.deviation[t - 24]!) / s.scale[t]!),
  },
  {
    name: 'bias',
    parity: 'even',
    description: 'one',
    at: () => 1,
  },
  {
    name: 'distance',
    parity: 'even',
    description: '|d − e240| / S, less 0.8: how far from its own long average, either way',
    at: (s, t) => Math.asinh(Math.abs(s.deviation[t]! - s.slow[t]!) / s.scale[t]!) - 0.8,
  },
  {
    name: 'day-size',
    parity: 'even',
    description: '|d_t − d_{t−24}| / S, less 0.7: the size of the last day’s move',
    at: (s, t) => Math.asinh(Math.abs(s.deviation[t]! - s.deviation[t - 24]!) / s.scale[t]!) - 0.7,
  },
  {
    name: 'day-range',
    parity: 'even',
    description: '(max − min over 24 h) / S, less 1.3: the range of the last day',
    at: (s, t) => Math.asinh(s.range[t]! / s.scale[t]!) - 1.3,
  },
  {
    name: 'fast-volatility',
    parity: 'even',
    description: 'log of mean hourly move, half-life 12 h over half-life 72 h',
    at: (s, t) => logRatio(s.fastMove[t]!, s.middleMove[t]!),
  },
  {
    name: 'slow-volatility',
    parity: 'even',
    description: 'log of mean hourly move, half-life 72 h over half-life 480 h',
    at: (s, t) => logRatio(s.middleMove[t]!, s.slowMove[t]!),
  },
];

/** The inputs of the peg model, in the order of its weights. */
export const FEATURES: readonly FeatureDefinition[] = DEFINITIONS;

/** Hash of everything that fixes a peg feature, for a model to say what it was trained on. */
export function pegFeatureSchema(): string {
  return digestOf('ballast/features/1', {
    head: 'peg',
    clip: FEATURE_CLIP,
    warmupHours: WARMUP_HOURS,
    features: DEFINITIONS.map(({ name, description }) => ({ name, description })),
  });
}

/** Features of every hour of a series; rows before `warmup` have none. */
export type FeatureTable = {
  readonly startHour: number;
  /** Hours covered, warm-up included. */
  readonly rows: number;
  /** First row with features. */
  readonly warmup: number;
  /** rows × FEATURES.length, row-major; zero in the warm-up. */
  readonly x: Float64Array;
  /** S_t, bp. */
  readonly scale: Float64Array;
  /** d_t, bp. */
  readonly deviation: Float64Array;
  /** Bits of `FLAGS`, one byte an hour; zero where nothing is known of them. */
  readonly flags: Uint8Array;
};

/**
 * Features of `series`, each from the past and present alone.
 *
 * S_t is the average, half-life `SCALE_HALF_LIFE`, of |d_t − d_{t−24}|, not below `SCALE_FLOOR`.
 *
 * @param warmupHours first row with features, 24 at the least.
 */
export function computeFeatures(series: HourlySeries, warmupHours: number = WARMUP_HOURS): FeatureTable {
  const { deviation, startHour } = series;
  const rows = deviation.length;
  const width = DEFINITIONS.length;
  const scale = ewma(absoluteChange(deviation, HORIZON_HOURS), SCALE_HALF_LIFE).map((s) =>
    Math.max(SCALE_FLOOR, s),
  );
  const moves = absoluteChange(deviation, 1);
  const state: State = {
    deviation,
    scale,
    fast: ewma(deviation, 6),
    middle: ewma(deviation, 36),
    slow: ewma(deviation, 240),
    fastMove: ewma(moves, 12),
    middleMove: ewma(moves, 72),
    slowMove: ewma(moves, 480),
    range: rollingRange(deviation, 24),
  };
  const warmup = Math.min(rows, warmupHours);
  const x = new Float64Array(rows * width);
  for (let t = warmup; t < rows; t++) {
    for (const [j, feature] of DEFINITIONS.entries()) {
      x[t * width + j] = Math.max(-FEATURE_CLIP, Math.min(FEATURE_CLIP, feature.at(state, t)));
    }
  }
  return { startHour, rows, warmup, x, scale, deviation, flags: series.flags ?? new Uint8Array(rows) };
}
