import type { HourRange } from '../data/index.ts';
import { type Estimate, earlyWarning, estimateMean, estimateSums } from '../models/metrics/index.ts';
import type { Coin } from './coins.ts';
import { draw, type Resampling } from './figures.ts';
import type { Forecaster } from './forecaster.ts';

/** Hours before an event in which an alarm counts as its warning. */
const LOOKBACK_HOURS = 24;
/** Pauses shorter than this do not end an event or an alarm, hours. */
const MERGE_HOURS = 24;
const HOURS_PER_WEEK = 168;
const BLOCK_HOURS = 240;

export type WarningFigures = {
  readonly lookbackHours: number;
  readonly events: number;
  readonly early: number;
  readonly late: number;
  readonly missed: number;
  /** Share of the events that were warned of, and mean hours of warning; resampled event by event. */
  readonly earlyShare: Estimate | null;
  readonly leadHours: Estimate | null;
  readonly falseAlarmsPerWeek: Estimate | null;
};

/** @returns null where there were no hours to judge by. */
export function warningFigures(
  event: Uint8Array,
  alarm: Uint8Array,
  resampling: Resampling,
): WarningFigures | null {
  if (event.length < 2 * LOOKBACK_HOURS) return null;
  const found = earlyWarning(event, alarm, { lookback: LOOKBACK_HOURS, merge: MERGE_HOURS });
  const falseAlarms = new Float64Array(event.length);
  for (const step of found.falseAlarms) falseAlarms[step] = 1;
  const calm = new Float64Array(event.length).fill(1);
  for (const [k, { from, to }] of found.events.entries()) {
    calm.fill(0, Math.max(found.events[k - 1]?.to ?? 0, from - LOOKBACK_HOURS, 0), to);
  }
  const perEvent = (values: readonly number[]): Estimate | null => {
    const [first] = values;
    if (first === undefined) return null;
    if (values.length === 1) return { value: first, low: null, high: null };
    return estimateMean(draw(values.length, 1, resampling), Float64Array.from(values));
  };
  return {
    lookbackHours: LOOKBACK_HOURS,
    events: found.events.length,
    early: found.early,
    late: found.late,
    missed: found.missed,
    earlyShare: perEvent(found.events.map(({ lead }) => (lead === null ? 0 : 1))),
    leadHours: perEvent(found.events.flatMap(({ lead }) => (lead === null ? [] : [lead]))),
    falseAlarmsPerWeek:
      found.calmSteps === 0
        ? null
        : estimateSums(
            draw(event.length, BLOCK_HOURS, resampling),
            [falseAlarms, calm],
            ([alarms = 0, hours = 0]) => (HOURS_PER_WEEK * alarms) / hours,
          ),
  };
}

export type DepegWarning = WarningFigures & { readonly coin: string; readonly forecaster: string };

/**
 * How early a depeg of more than `threshold` bp was told: an alarm is a row whose outer quantiles, `horizon` steps ahead,
 * leave the band.
 */
export function depegWarning(
  coin: Coin,
  forecaster: Forecaster,
  horizon: number,
  test: HourRange,
  threshold: number,
  resampling: Resampling,
): DepegWarning | null {
  const { series, warmup, name } = coin;
  const end = series.startHour + series.deviation.length;
  const rows = { from: test.from, to: Math.min(test.to, end) };
  if (rows.to - rows.from < 2 * LOOKBACK_HOURS || !forecaster.horizons.includes(horizon)) return null;
  const forecast = forecaster.forecast({ series, warmup, rows }).get(horizon);
  if (forecast === undefined) return null;
  const width = forecast.levels.length;
  const count = rows.to - rows.from;
  const first = rows.from - series.startHour;
  const out = (value: number) => Math.abs(value) > threshold;
  const event = Uint8Array.from({ length: count }, (_, i) => (out(series.deviation[first + i] ?? 0) ? 1 : 0));
  const alarm = Uint8Array.from({ length: count }, (_, i) => {
    const [low, high] = [forecast.quantiles[i * width] ?? 0, forecast.quantiles[(i + 1) * width - 1] ?? 0];
    return low < -threshold || high > threshold ? 1 : 0;
  });
  const figures = warningFigures(event, alarm, resampling);
  return figures === null ? null : { ...figures, coin: name, forecaster: forecaster.name };
}
