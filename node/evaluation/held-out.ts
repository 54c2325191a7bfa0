import type { HourRange } from '../data/index.ts';
import { SCALE_FLOOR } from '../features/index.ts';
import { absoluteChange, ewma } from '../features/rolling.ts';
import { correctQuantiles } from '../models/conformal/index.ts';
import { pinballRows } from '../models/metrics/index.ts';
import { BASELINES, baselineForecaster } from './baselines.ts';
import type { Coin } from './coins.ts';
import { draw, type ForecastFigures, type JudgedRows, judge, type Resampling } from './figures.ts';
import { type Forecaster, type QuantileForecast, requireCausal, type TrainingWindow } from './forecaster.ts';
import { stressedRows } from './stress.ts';

/** A coin's rows before and after the cutoff; labels of the first end before the second begin. */
export type CoinSplit = {
  readonly coin: Coin;
  readonly train: readonly HourRange[];
  readonly test: HourRange;
};

export type HorizonFigures = {
  readonly coin: string;
  readonly stepHours: number;
  readonly horizonHours: number;
  readonly rows: number;
  /** Hours since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Whose training rows the baselines are fitted on: the coin's own, or all coins' where it has too few. */
  readonly baselines: 'own' | 'pooled';
  /** Share of the outcomes that are what they were: no interval around the last price can cover fewer. */
  readonly unchanged: number;
  readonly weeks: { readonly calm: number; readonly stressed: number };
  readonly forecasters: readonly ForecastFigures[];
};

/** Rows of a fan chart, thinned. */
export type Fan = {
  readonly coin: string;
  readonly forecaster: string;
  readonly horizonHours: number;
  readonly hour: readonly number[];
  readonly actual: readonly number[];
  readonly low: readonly number[];
  readonly middle: readonly number[];
  readonly high: readonly number[];
};

/** Training rows below which a coin's baselines are fitted on all coins'. */
const LEAST_OWN_ROWS = 1000;
/** Half-life of the scale in which conformal corrections are measured, steps. */
const CONFORMAL_HALF_LIFE = 24;
const MOST_FAN_POINTS = 240;
/** Points of a coin whose weeks hang together, hours. */
const BLOCK_HOURS = 120;
const LEAST_TEST_ROWS = 60;

/** What an evaluation at one horizon gives, and the fan of its last forecaster. */
export type HeldOut = { readonly figures: HorizonFigures; readonly fan: Fan };

/**
 * Judges forecasters on a coin's rows after the cutoff: the baselines, each of `fitted`, and of B2 and of each of
 * `fitted` what conformal correction makes of it, learned online from the rows before.
 *
 * @param fitted forecasters that have learned from rows before the cutoff.
 * @param pool all coins' training windows of the same step.
 * @returns undefined where the coin has too few rows to test on.
 */
export function heldOutFigures(
  { coin, train, test }: CoinSplit,
  horizonHours: number,
  fitted: readonly Forecaster[],
  pool: readonly TrainingWindow[],
  resampling: Resampling,
): HeldOut | undefined {
  const { series, warmup, stepHours } = coin;
  const horizon = horizonHours / stepHours;
  const last = Math.min(test.to, series.startHour + series.deviation.length - horizon);
  if (!Number.isInteger(horizon) || last - test.from < LEAST_TEST_ROWS) return undefined;
  const judged = { from: test.from, to: last };
  // From the first row with features on: corrections are learned before the test and go on in it.
  const all = { from: Math.min(series.startHour + warmup, test.from), to: last };
  const { forecasters, origin } = withBaselines(coin, horizon, train, pool);
  const window = { series, warmup, rows: all };
  const rows = rowsOf(coin, horizon, judged, train);
  const drawn = draw(rows.actual.length, Math.max(5, BLOCK_HOURS / stepHours), resampling);
  const losses: Record<string, Float64Array> = {};
  const found: ForecastFigures[] = [];
  let fan: Fan | undefined;
  const add = (name: string, forecast: QuantileForecast) => {
    const cut = tail(forecast, rows.actual.length);
    const figures = judge(name, cut, rows, drawn, losses);
    found.push(figures);
    fan = fanOf(coin.name, name, horizonHours, stepHours, rows, cut);
    return cut;
  };
  const sure = (forecaster: Forecaster): QuantileForecast | undefined => {
    if (!forecaster.horizons.includes(horizon)) return undefined;
    requireCausal(forecaster, { ...window, rows: { from: Math.max(all.from, last - 500), to: last } }, 2);
    return forecaster.forecast(window).get(horizon);
  };
  const forecasts = [...forecasters, ...fitted].flatMap((forecaster) => {
    const forecast = sure(forecaster);
    return forecast === undefined ? [] : [{ forecaster, forecast }];
  });
  for (const { forecaster, forecast } of forecasts) {
    if (!forecasters.includes(forecaster)) continue;
    const own = tail(forecast, rows.actual.length);
    losses[forecaster.name] = pinballRows(own.quantiles, own.levels, rows.actual);
  }
  const corrected: [string, QuantileForecast][] = [];
  for (const { forecaster, forecast } of forecasts) {
    add(forecaster.name, forecast);
    if (forecaster.name !== 'B0' && forecaster.name !== 'B3') {
      corrected.push([`${forecaster.name} + conformal`, conformal(coin, horizon, all, forecast)]);
    }
  }
  for (const [name, forecast] of corrected) add(name, forecast);
  if (fan === undefined) return undefined;
  const week = 168 / stepHours;
  const stressed = rows.stressed.reduce((sum, value) => sum + value, 0);
  return {
    fan,
    figures: {
      coin: coin.name,
      stepHours,
      horizonHours,
      rows: rows.actual.length,
      from: judged.from * stepHours,
      to: judged.to * stepHours,
      baselines: origin,
      unchanged:
        rows.actual.reduce((sum, value, i) => sum + (value === rows.origin[i] ? 1 : 0), 0) /
        rows.actual.length,
      weeks: {
        calm: Math.round((rows.actual.length - stressed) / week),
        stressed: Math.round(stressed / week),
      },
      forecasters: found,
    },
  };
}

/** The three baselines at one horizon, fitted on the coin's own rows where they are enough. */
export function withBaselines(
  coin: Coin,
  horizon: number,
  train: readonly HourRange[],
  pool: readonly TrainingWindow[],
): { readonly forecasters: readonly Forecaster[]; readonly origin: 'own' | 'pooled' } {
  const { series, warmup } = coin;
  const rows = train.reduce(
    (sum, { from, to }) => sum + Math.max(0, to - Math.max(from, series.startHour + warmup)),
    0,
  );
  const origin = rows >= LEAST_OWN_ROWS ? 'own' : 'pooled';
  const windows = origin === 'own' ? [{ series, warmup, rows: train }] : pool;
  const forecasters = BASELINES.map((name) => baselineForecaster(name, [horizon]).fit(windows));
  return { forecasters, origin };
}

export function rowsOf(
  coin: Coin,
  horizon: number,
  rows: HourRange,
  train: readonly HourRange[],
): JudgedRows {
  const { deviation, startHour } = coin.series;
  const [first, last] = [rows.from - startHour, rows.to - startHour];
  return {
    step: Float64Array.from({ length: last - first }, (_, i) => rows.from + i),
    origin: deviation.slice(first, last),
    actual: deviation.slice(first + horizon, last + horizon),
    stressed: stressedRows(coin, train, rows),
  };
}

function conformal(
  { series }: Coin,
  horizon: number,
  rows: HourRange,
  { levels, quantiles }: QuantileForecast,
): QuantileForecast {
  const { deviation, startHour } = series;
  const [first, last] = [rows.from - startHour, rows.to - startHour];
  const scale = ewma(absoluteChange(deviation, horizon), CONFORMAL_HALF_LIFE).map((s) =>
    Number.isNaN(s) ? SCALE_FLOOR : Math.max(SCALE_FLOOR, s),
  );
  return {
    levels,
    quantiles: correctQuantiles(
      { levels },
      {
        quantiles,
        scale: scale.subarray(first, last),
        actual: deviation.subarray(first + horizon, last + horizon),
        horizon,
      },
    ),
  };
}

function tail({ levels, quantiles }: QuantileForecast, rows: number): QuantileForecast {
  return { levels, quantiles: quantiles.subarray(quantiles.length - rows * levels.length) };
}

function fanOf(
  coin: string,
  forecaster: string,
  horizonHours: number,
  stepHours: number,
  rows: JudgedRows,
  { levels, quantiles }: QuantileForecast,
): Fan {
  const count = rows.actual.length;
  const stride = Math.max(1, Math.ceil(count / MOST_FAN_POINTS));
  const chosen = Array.from({ length: Math.ceil(count / stride) }, (_, k) => k * stride);
  const width = levels.length;
  const column = (q: number) => chosen.map((i) => quantiles[i * width + q] ?? Number.NaN);
  return {
    coin,
    forecaster,
    horizonHours,
    hour: chosen.map((i) => (rows.step[i] ?? 0) * stepHours + horizonHours),
    actual: chosen.map((i) => rows.actual[i] ?? Number.NaN),
    low: column(0),
    middle: column(Math.floor(width / 2)),
    high: column(width - 1),
  };
}
