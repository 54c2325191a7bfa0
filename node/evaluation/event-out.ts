import { eventSplit, type HourRange, type StressEvent } from '../data/index.ts';
import { WARMUP_HOURS } from '../features/index.ts';
import { pinballRows } from '../models/metrics/index.ts';
import type { Coin } from './coins.ts';
import { draw, type ForecastFigures, judge, type Resampling } from './figures.ts';
import type { Forecaster, TrainingWindow } from './forecaster.ts';
import { rowsOf, withBaselines } from './held-out.ts';

/** An event that was left out of training, on one coin. */
export type EventFigures = {
  readonly event: string;
  readonly coin: string;
  readonly horizonHours: number;
  readonly rows: number;
  readonly baselines: 'own' | 'pooled';
  readonly forecasters: readonly ForecastFigures[];
};

/** Least rows of a coin within an event. */
const LEAST_ROWS = 24;
/** Events last days: blocks of two. */
const BLOCK_HOURS = 48;

/** What may be trained on when an event is left out: hourly histories, without whatever reads the event. */
function windowsWithout(
  coins: readonly Coin[],
  event: StressEvent,
  horizonHours: number,
): { readonly coin: Coin; readonly window: TrainingWindow; readonly test: HourRange }[] {
  return coins.map((coin) => {
    const { series, warmup } = coin;
    const range = { from: series.startHour + warmup, to: series.startHour + series.deviation.length };
    const { train, test } = eventSplit(range, event, { horizonHours, lookbackHours: WARMUP_HOURS });
    return { coin, test, window: { series, warmup, rows: coin.isWindow ? [] : train } };
  });
}

/**
 * Judges forecasters that have learned without the event on every coin that was there: hourly histories, and the windows
 * of one-minute candles around it.
 *
 * @param learn fits everything that can be fitted on the windows it is given.
 */
export async function eventOut(
  coins: readonly Coin[],
  event: StressEvent,
  horizonsHours: readonly number[],
  learn: (windows: readonly TrainingWindow[]) => Promise<readonly Forecaster[]>,
  resampling: Resampling,
): Promise<EventFigures[]> {
  const longest = Math.max(...horizonsHours);
  const hourly = coins.filter(({ stepHours }) => stepHours === 1);
  const parts = windowsWithout(hourly, event, longest);
  const pool = parts.flatMap(({ coin, window }) => (coin.isWindow ? [] : [window]));
  const tested = parts.filter(({ test }) => test.to - test.from >= LEAST_ROWS);
  if (tested.length === 0 || pool.every(({ rows }) => rows.length === 0)) return [];
  const fitted = await learn(pool);
  return tested.flatMap(({ coin, window, test }) =>
    horizonsHours.map((horizon): EventFigures => {
      const { forecasters, origin } = withBaselines(coin, horizon, window.rows, pool);
      const rows = rowsOf(coin, horizon, test, window.rows);
      const drawn = draw(rows.actual.length, BLOCK_HOURS, resampling);
      const losses: Record<string, Float64Array> = {};
      const asked = { series: coin.series, warmup: coin.warmup, rows: test };
      const found: ForecastFigures[] = [];
      const told = [...forecasters, ...fitted].flatMap((forecaster) => {
        const forecast = forecaster.horizons.includes(horizon)
          ? forecaster.forecast(asked).get(horizon)
          : undefined;
        return forecast === undefined ? [] : [[forecaster.name, forecast] as const];
      });
      for (const [name, { levels, quantiles }] of told.slice(0, forecasters.length)) {
        losses[name] = pinballRows(quantiles, levels, rows.actual);
      }
      for (const [name, forecast] of told) found.push(judge(name, forecast, rows, drawn, losses));
      return {
        event: event.name,
        coin: coin.name,
        horizonHours: horizon,
        rows: rows.actual.length,
        baselines: origin,
        forecasters: found,
      };
    }),
  );
}
