import { BallastError } from '../../protocol/errors.ts';
import type { RiskExamples, RiskInput } from '../features/index.ts';
import { empiricalQuantile } from './pinball.ts';
import { fitShrunkLogistic } from './shrunk-logistic.ts';

/** A probability from one number: 1 / (1 + exp(−(intercept + slope · (v − centre)))). */
export type Logistic = { readonly intercept: number; readonly slope: number; readonly centre: number };

/** Numbers of the risk head, fitted once on the training part of the public market. */
export type RiskNumbers = {
  /**
   * How many times the asset's usual 24-hour volatility a drawdown event falls beyond: the 95 % quantile of that
   * ratio. The scale is the asset's own and known before the hour; the multiple is public.
   */
  readonly threshold: number;
  /** What the logit of an event begins with, by risk feature: a strongly shrunk logistic of the public rows. */
  readonly start: readonly number[];
  /** From the log of EWMA volatility: a baseline of both, and what the head's volatility corrects. */
  readonly ewma: { readonly drawdown: Logistic; readonly volatility: number };
  /** From the last 24 h: their worst fall, and the log of their volatility. */
  readonly persistence: { readonly drawdown: Logistic; readonly volatility: number };
  /** Quantiles at 0, 5, …, 100 % that scores are read from: of the starting probability, and of realised log volatility. */
  readonly scores: { readonly drawdown: readonly number[]; readonly volatility: readonly number[] };
};

/** Share of the public training rows whose drawdown counts as an event. */
const DRAWDOWN_EVENT_SHARE = 0.05;
/**
 * Ridge on the starting weights, in mean log loss: events come in a few clusters, and what tells those apart in one year
 * misleads in the next. Leaving out each quarter from 2020-10 to 2021-12 in turn, less than this is worse and more is alike
 * (docs/benchmarks.md).
 */
const START_RIDGE = 0.03;
/** Points of a table that a score is read from. */
export const SCORE_POINTS = 21;

/** @throws BallastError `EXAMPLES_TOO_FEW` for fewer than 1,000 examples. */
export function fitRiskNumbers(examples: RiskExamples): RiskNumbers {
  if (examples.rows < 1000) {
    throw new BallastError(
      'EXAMPLES_TOO_FEW',
      `risk numbers: got ${examples.rows} examples, expected at least 1000`,
      { metadata: { rows: examples.rows }, hint: 'use a longer public market' },
    );
  }
  const threshold = empiricalQuantile(
    examples.drawdown.map((fall, i) => fall / Math.exp(examples.usual[i]!)),
    1 - DRAWDOWN_EVENT_SHARE,
  );
  const event = drawdownEvents(threshold, examples);
  const start = fitShrunkLogistic(examples.x, examples.width, event, START_RIDGE);
  const drawdown = fitLogistic(examples.ewma, event);
  const meanGap = (from: Float64Array) =>
    examples.volatility.reduce((sum, actual, i) => sum + actual - from[i]!, 0) / examples.rows;
  const table = (values: Float64Array) =>
    Array.from({ length: SCORE_POINTS }, (_, k) => empiricalQuantile(values, k / (SCORE_POINTS - 1)));
  return {
    threshold,
    start,
    ewma: { drawdown, volatility: meanGap(examples.ewma) },
    persistence: {
      drawdown: fitLogistic(examples.lastDrawdown, event),
      volatility: meanGap(examples.lastVolatility),
    },
    scores: {
      drawdown: table(startLogits(start, examples).map(sigmoid)),
      volatility: table(examples.volatility),
    },
  };
}

/** 1 for each row whose fall passes `threshold` times the usual volatility known at the row, 0 for the others. */
export function drawdownEvents(
  threshold: number,
  { drawdown, usual }: Pick<RiskExamples, 'drawdown' | 'usual'>,
): Uint8Array {
  return Uint8Array.from(drawdown, (fall, i) => (fall > threshold * Math.exp(usual[i]!) ? 1 : 0));
}

/** What each row's logit is before anything was learned together. */
export function startLogits(start: readonly number[], { x }: Pick<RiskInput, 'x'>): Float64Array {
  const width = start.length;
  return Float64Array.from({ length: x.length / width }, (_, i) =>
    start.reduce((sum, weight, j) => sum + weight * x[i * width + j]!, 0),
  );
}

export function logitOf({ intercept, slope, centre }: Logistic, value: number): number {
  return intercept + slope * (value - centre);
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/**
 * 0 to 100: where `value` stands among the quantiles at equal steps, linear between them; it never falls as the
 * value rises.
 */
export function scoreOf(quantiles: readonly number[], value: number): number {
  const last = quantiles.length - 1;
  if (value >= quantiles[last]!) return 100;
  for (let k = last; k > 0; k--) {
    const low = quantiles[k - 1]!;
    if (value >= low) return (100 / last) * (k - 1 + (value - low) / (quantiles[k]! - low));
  }
  return 0;
}

/** Maximum likelihood in two numbers by Newton's method, with a touch of ridge on the slope. */
function fitLogistic(values: Float64Array, event: Uint8Array): Logistic {
  const rows = values.length;
  const centre = values.reduce((sum, value) => sum + value, 0) / rows;
  const share = Math.min(1 - 1e-6, Math.max(1e-6, event.reduce((sum, hit) => sum + hit, 0) / rows));
  let intercept = Math.log(share / (1 - share));
  let slope = 0;
  for (let step = 0; step < 50; step++) {
    let [g0, g1, h00, h01, h11] = [0, 1e-3 * slope, 1e-9, 0, 1e-3];
    for (let i = 0; i < rows; i++) {
      const v = values[i]! - centre;
      const p = sigmoid(intercept + slope * v);
      const curvature = p * (1 - p);
      g0 += p - event[i]!;
      g1 += (p - event[i]!) * v;
      h00 += curvature;
      h01 += curvature * v;
      h11 += curvature * v * v;
    }
    const determinant = h00 * h11 - h01 * h01;
    // A full step may overshoot where the slope is large: no more than 1 in either number at once.
    const bounded = (change: number) => Math.max(-1, Math.min(1, change));
    const d0 = bounded((h11 * g0 - h01 * g1) / determinant);
    const d1 = bounded((h00 * g1 - h01 * g0) / determinant);
    intercept -= d0;
    slope -= d1;
    if (Math.abs(d0) + Math.abs(d1) < 1e-10) break;
  }
  return { intercept, slope, centre };
}
