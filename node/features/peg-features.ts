import { digestOf } from '../../protocol/digest.ts';
import type { ObservationTiming } from './series.ts';

/** Hours between a forecast and what it forecasts: the horizons that a network may choose from. */
export const PEG_HORIZONS = [1, 4, 24] as const;
export type PegHorizon = (typeof PEG_HORIZONS)[number];
/** What a calendar holds back, so that no label of any horizon is known too early. */
export const LONGEST_HORIZON_HOURS = 24;
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
 *
 * In the descriptions e and v are averages of d and of the hourly move |d_t − d_{t−1}|, with their half-lives in hours;
 * m24 is d_t − d_{t−24}; n are the observations of the last hour, n24 their average; age the hours since the newest;
 * y = exp(−age / 2 h). The arcsinh of what is divided by S goes without saying. Of a source without timing y is 0.3, and
 * age and counts add nothing: that an hourly bar is new says nothing, that an oracle's round is says a lot.
 */
export type FeatureDefinition = {
  readonly name: string;
  readonly parity: 'odd' | 'even';
  readonly description: string;
};

/** What the features of all horizons read, a column an hour; `move` is |d_t − d_{t−1}|. */
export type PegState = {
  readonly deviation: Float64Array;
  /** S_t of the horizon. */
  readonly scale: Float64Array;
  /** Mean of S, half-life 480 h. */
  readonly usualScale: Float64Array;
  readonly fast: Float64Array;
  readonly middle: Float64Array;
  readonly slow: Float64Array;
  readonly shortMove: Float64Array;
  readonly fastMove: Float64Array;
  readonly middleMove: Float64Array;
  readonly slowMove: Float64Array;
  readonly range: Float64Array;
  /** The last move that was none of zero, bp. */
  readonly lastMove: Float64Array;
  /** Absent for a source whose observations come by the clock. */
  readonly timing: PegTiming | undefined;
};

type PegTiming = ObservationTiming & {
  /** Mean of `count`, half-life 24 h. */
  readonly rate: Float64Array;
};

type Feature = FeatureDefinition & { readonly at: (s: PegState, t: number) => number };

/** Least mean hourly move in a ratio of moves, bp. */
const MOVE_FLOOR = 0.1;
const logRatio = (a: number, b: number) => Math.log((a + MOVE_FLOOR) / (b + MOVE_FLOOR));
const clip = (value: number) => Math.max(-FEATURE_CLIP, Math.min(FEATURE_CLIP, value));
/** `value` bp in units of S, pressed together. */
const scaled = (value: number, s: PegState, t: number) => clip(Math.asinh(value / s.scale[t]!));
/** d_t − d_{t−hours}, bp. */
const change = ({ deviation }: PegState, t: number, hours: number) => deviation[t]! - deviation[t - hours]!;
const USUAL_YOUTH = 0.3;
/** 1 right after an observation, half of it after 1.4 hours. */
const youth = ({ timing }: PegState, t: number) =>
  timing === undefined ? USUAL_YOUTH : Math.exp(-timing.age[t]! / 2);
/** What `value` makes of the timing; 0 where there is none. */
const timed =
  (value: (timing: PegTiming, t: number) => number) =>
  ({ timing }: PegState, t: number) =>
    timing === undefined ? 0 : value(timing, t);

/** What every horizon reads. The gaps of B3 are among them: they have the same places in all horizons. */
const COMMON: readonly Feature[] = [
  {
    name: 'deviation',
    parity: 'odd',
    description: 'd / S',
    at: (s, t) => scaled(s.deviation[t]!, s, t),
  },
  {
    name: 'fast-gap',
    parity: 'odd',
    description: '(d − e6) / S',
    at: (s, t) => scaled(s.deviation[t]! - s.fast[t]!, s, t),
  },
  {
    name: 'middle-gap',
    parity: 'odd',
    description: '(e6 − e36) / S',
    at: (s, t) => scaled(s.fast[t]! - s.middle[t]!, s, t),
  },
  {
    name: 'slow-gap',
    parity: 'odd',
    description: '(e36 − e240) / S',
    at: (s, t) => scaled(s.middle[t]! - s.slow[t]!, s, t),
  },
  {
    name: 'day-change',
    parity: 'odd',
    description: 'm24 / S',
    at: (s, t) => scaled(change(s, t, 24), s, t),
  },
  {
    name: 'bias',
    parity: 'even',
    description: '1',
    at: () => 1,
  },
  {
    name: 'distance',
    parity: 'even',
    description: '|d − e240| / S − 0.8',
    at: (s, t) => scaled(Math.abs(s.deviation[t]! - s.slow[t]!), s, t) - 0.8,
  },
  {
    name: 'day-size',
    parity: 'even',
    description: '|m24| / S − 0.7',
    at: (s, t) => scaled(Math.abs(change(s, t, 24)), s, t) - 0.7,
  },
  {
    name: 'day-range',
    parity: 'even',
    description: '(max − min of 24 h) / S − 1.3',
    at: (s, t) => scaled(s.range[t]!, s, t) - 1.3,
  },
  {
    name: 'fast-volatility',
    parity: 'even',
    description: 'ln (v12 / v72)',
    at: (s, t) => logRatio(s.fastMove[t]!, s.middleMove[t]!),
  },
  {
    name: 'slow-volatility',
    parity: 'even',
    description: 'ln (v72 / v480)',
    at: (s, t) => logRatio(s.middleMove[t]!, s.slowMove[t]!),
  },
  {
    name: 'size',
    parity: 'even',
    description: '|d| / S − 0.8',
    at: (s, t) => scaled(Math.abs(s.deviation[t]!), s, t) - 0.8,
  },
  {
    name: 'scale-trend',
    parity: 'even',
    description: 'ln (S / S480)',
    at: (s, t) => Math.log(s.scale[t]! / s.usualScale[t]!),
  },
];

/**
 * What the hours ahead need beside: the moves of the last hours, and when the source spoke. An oracle posts a round when
 * the price has moved by its threshold or its heartbeat has passed, so that the age of the last round says what the
 * next hours can bring; over a day that evens out.
 */
const SHORT: readonly Feature[] = [
  {
    name: 'hour-change',
    parity: 'odd',
    description: 'm1 / S',
    at: (s, t) => scaled(change(s, t, 1), s, t),
  },
  {
    name: 'four-hour-change',
    parity: 'odd',
    description: 'm4 / S',
    at: (s, t) => scaled(change(s, t, 4), s, t),
  },
  {
    name: 'young-deviation',
    parity: 'odd',
    description: 'd / S · y; y 0.3 without timing',
    at: (s, t) => scaled(s.deviation[t]!, s, t) * youth(s, t),
  },
  {
    name: 'young-fast-gap',
    parity: 'odd',
    description: '(d − e6) / S · y; y 0.3 without timing',
    at: (s, t) => scaled(s.deviation[t]! - s.fast[t]!, s, t) * youth(s, t),
  },
  {
    name: 'hour-size',
    parity: 'even',
    description: '|m1| / S − 0.5',
    at: (s, t) => scaled(Math.abs(change(s, t, 1)), s, t) - 0.5,
  },
  {
    name: 'four-hour-size',
    parity: 'even',
    description: '|m4| / S − 0.5',
    at: (s, t) => scaled(Math.abs(change(s, t, 4)), s, t) - 0.5,
  },
  {
    name: 'short-volatility',
    parity: 'even',
    description: 'ln (v6 / v12)',
    at: (s, t) => logRatio(s.shortMove[t]!, s.fastMove[t]!),
  },
  {
    name: 'age',
    parity: 'even',
    description: 'ln (1 + age) − 1.5; 0 without timing',
    at: timed(({ age }, t) => Math.log1p(age[t]!) - 1.5),
  },
  {
    name: 'young',
    parity: 'even',
    description: 'y − 0.3; y 0.3 without timing',
    at: (s, t) => youth(s, t) - USUAL_YOUTH,
  },
  {
    name: 'old',
    parity: 'even',
    description: '0 at an age of 20 h to 1 at 24 h − 0.1; 0 without timing',
    at: timed(({ age }, t) => Math.max(0, Math.min(1, (age[t]! - 20) / 4)) - 0.1),
  },
  {
    name: 'count',
    parity: 'even',
    description: 'ln (1 + n) − 0.3; 0 without timing',
    at: timed(({ count }, t) => Math.log1p(count[t]!) - 0.3),
  },
  {
    name: 'rate',
    parity: 'even',
    description: 'ln (1 + n24) − 0.3; 0 without timing',
    at: timed(({ rate }, t) => Math.log1p(rate[t]!) - 0.3),
  },
  {
    name: 'young-move',
    parity: 'even',
    description: '|last move| / S · y − 0.2; y 0.3 without timing',
    at: (s, t) => scaled(Math.abs(s.lastMove[t]!), s, t) * youth(s, t) - 0.2,
  },
];

const DEFINITIONS: Readonly<Record<PegHorizon, readonly Feature[]>> = {
  1: [...COMMON, ...SHORT],
  4: [...COMMON, ...SHORT],
  24: COMMON,
};

/** The inputs of the peg model of a horizon, in the order of its weights: 26 at 1 and 4 h, 13 at 24 h. */
export function pegFeatures(horizon: PegHorizon): readonly FeatureDefinition[] {
  return DEFINITIONS[horizon];
}

/** Writes the features of hour `t` to `x` from `at`. */
export function writePegFeatures(
  horizon: PegHorizon,
  state: PegState,
  t: number,
  x: Float64Array,
  at: number,
): void {
  const features = DEFINITIONS[horizon];
  for (let j = 0; j < features.length; j++) x[at + j] = clip(features[j]!.at(state, t));
}

/** Hash of everything that fixes the features of a horizon, for a model to say what it was trained on. */
export function pegFeatureSchema(horizon: PegHorizon): string {
  return digestOf('ballast/features/1', {
    head: 'peg',
    horizonHours: horizon,
    clip: FEATURE_CLIP,
    warmupHours: WARMUP_HOURS,
    features: DEFINITIONS[horizon].map(({ name, description }) => ({ name, description })),
  });
}
