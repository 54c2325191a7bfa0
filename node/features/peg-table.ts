import {
  type PegHorizon,
  type PegState,
  pegFeatures,
  SCALE_FLOOR,
  SCALE_HALF_LIFE,
  WARMUP_HOURS,
  writePegFeatures,
} from './peg-features.ts';
import { absoluteChange, ewma, rollingRange } from './rolling.ts';
import type { HourlySeries } from './series.ts';

/** Features of every hour of a series for one horizon; rows before `warmup` have none. */
export type FeatureTable = {
  readonly horizon: PegHorizon;
  readonly startHour: number;
  /** Hours covered, warm-up included. */
  readonly rows: number;
  /** First row with features. */
  readonly warmup: number;
  /** Features of a row. */
  readonly width: number;
  /** rows × width, row-major; zero in the warm-up. */
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
 * S_t is the average, half-life `SCALE_HALF_LIFE`, of |d_t − d_{t−horizon}|, not below `SCALE_FLOOR`.
 *
 * @param warmupHours first row with features, 24 at the least.
 */
export function computeFeatures(
  series: HourlySeries,
  horizon: PegHorizon = 24,
  warmupHours: number = WARMUP_HOURS,
): FeatureTable {
  const { deviation, startHour } = series;
  const rows = deviation.length;
  const width = pegFeatures(horizon).length;
  const state = stateOf(series, horizon);
  const warmup = Math.min(rows, warmupHours);
  const x = new Float64Array(rows * width);
  for (let t = warmup; t < rows; t++) writePegFeatures(horizon, state, t, x, t * width);
  const flags = series.flags ?? new Uint8Array(rows);
  return { horizon, startHour, rows, warmup, width, x, scale: state.scale, deviation, flags };
}

function stateOf({ deviation, timing }: HourlySeries, horizon: PegHorizon): PegState {
  const scale = ewma(absoluteChange(deviation, horizon), SCALE_HALF_LIFE).map((s) =>
    Math.max(SCALE_FLOOR, s),
  );
  const moves = absoluteChange(deviation, 1);
  return {
    deviation,
    scale,
    usualScale: ewma(scale, 480),
    fast: ewma(deviation, 6),
    middle: ewma(deviation, 36),
    slow: ewma(deviation, 240),
    shortMove: ewma(moves, 6),
    fastMove: ewma(moves, 12),
    middleMove: ewma(moves, 72),
    slowMove: ewma(moves, 480),
    range: rollingRange(deviation, 24),
    lastMove: lastMoves(deviation),
    timing: timing === undefined ? undefined : { ...timing, rate: ewma(timing.count, 24) },
  };
}

/** At each hour the last d_t − d_{t−1} that was not zero; zero before the first. */
function lastMoves(deviation: Float64Array): Float64Array {
  const out = new Float64Array(deviation.length);
  let last = 0;
  for (let t = 1; t < deviation.length; t++) {
    const move = deviation[t]! - deviation[t - 1]!;
    if (move !== 0) last = move;
    out[t] = last;
  }
  return out;
}
