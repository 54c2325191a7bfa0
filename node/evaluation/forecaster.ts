import { BallastError } from '../../protocol/errors.ts';
import type { HourRange } from '../data/index.ts';
import { type HourlySeries, sliceHours } from '../features/index.ts';

/** A series to learn from: the rows whose labels of every horizon may be read, and nothing else of it. */
export type TrainingWindow = {
  readonly series: HourlySeries;
  /** Steps that only fill the averages. */
  readonly warmup: number;
  readonly rows: readonly HourRange[];
};

/** A series to forecast on: one forecast for each row of `rows`, all of them after the warm-up. */
export type ForecastWindow = {
  readonly series: HourlySeries;
  readonly warmup: number;
  readonly rows: HourRange;
};

/** Quantiles of the deviation, bp, rows × levels, row-major, not crossing. */
export type QuantileForecast = { readonly levels: readonly number[]; readonly quantiles: Float64Array };

/**
 * Whatever forecasts a peg: a model, a baseline, something that is yet to come. Steps are those of the series, an hour
 * for most of them.
 */
export interface Forecaster {
  readonly name: string;
  /** Steps ahead that it answers; an evaluation leaves the others out. */
  readonly horizons: readonly number[];
  /**
   * Learns from all windows and gives a forecaster that has learned. One without `fit` is taken as it is.
   *
   * @throws BallastError where there is too little to learn from.
   */
  fit?(windows: readonly TrainingWindow[], signal?: AbortSignal): Forecaster | Promise<Forecaster>;
  /**
   * A forecast for each row t reads nothing after t: `requireCausal` compares.
   *
   * @returns by horizon.
   */
  forecast(window: ForecastWindow): ReadonlyMap<number, QuantileForecast>;
}

/**
 * Compares a forecaster's last forecasts with those it makes when the series ends there.
 *
 * @param rows how many rows are asked for once more, spread over the window.
 * @throws BallastError `FORECAST_LOOKS_AHEAD`.
 */
export function requireCausal(forecaster: Forecaster, window: ForecastWindow, rows = 3): void {
  const { series, rows: range } = window;
  const whole = forecaster.forecast(window);
  for (let k = 1; k <= rows; k++) {
    const row = range.from + Math.floor((k * (range.to - 1 - range.from)) / rows);
    const cut = sliceHours(series, series.startHour, row + 1);
    const alone = forecaster.forecast({ ...window, series: cut, rows: { from: row, to: row + 1 } });
    for (const [horizon, { levels, quantiles }] of whole) {
      const again = alone.get(horizon)?.quantiles;
      for (let q = 0; q < levels.length; q++) {
        const given = quantiles[(row - range.from) * levels.length + q] ?? Number.NaN;
        const expected = again?.[q] ?? Number.NaN;
        if (Math.abs(given - expected) <= 1e-6 * (1 + Math.abs(expected))) continue;
        throw new BallastError(
          'FORECAST_LOOKS_AHEAD',
          `${forecaster.name}: got ${given} for row ${row}, expected ${expected}, which it says without the future`,
          {
            metadata: { forecaster: forecaster.name, row, horizon, given, expected },
            hint: 'a feature or a scaling reads later rows',
          },
        );
      }
    }
  }
}
