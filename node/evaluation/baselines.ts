import type { PublicNumbers } from '../models/index.ts';
import { type Baseline, baselineQuantiles, fitPublicNumbers, QUANTILE_LEVELS } from '../models/index.ts';
import type { Forecaster, QuantileForecast, TrainingWindow } from './forecaster.ts';
import { horizonRows, horizonTable, joinRows } from './horizon-rows.ts';

/** What models are measured against, weakest first; see docs/models.md. */
export const BASELINES = ['B0', 'B2', 'B3'] as const satisfies readonly Baseline[];

/**
 * A baseline at any horizons: persistence (B0), persistence in units of S (B2), mean reversion in units of S (B3), each
 * with numbers of its own for every horizon.
 */
export function baselineForecaster(
  baseline: Baseline,
  horizons: readonly number[],
): Omit<Forecaster, 'fit'> & { readonly fit: (windows: readonly TrainingWindow[]) => Forecaster } {
  return {
    name: baseline,
    horizons,
    fit: (windows) => {
      const numbers = new Map(
        horizons.map((horizon) => {
          const sets = windows.map(({ series, rows, warmup }) =>
            horizonRows(horizonTable(series, horizon), afterWarmup(rows, series.startHour + warmup)),
          );
          return [horizon, fitPublicNumbers(joinRows(sets))] as const;
        }),
      );
      return fitted(baseline, numbers);
    },
    forecast: () => new Map(),
  };
}

function fitted(baseline: Baseline, numbers: ReadonlyMap<number, PublicNumbers>): Forecaster {
  return {
    name: baseline,
    horizons: [...numbers.keys()],
    forecast: ({ series, rows }) =>
      new Map(
        [...numbers].map(([horizon, own]): [number, QuantileForecast] => {
          const input = horizonRows(horizonTable(series, horizon), [rows], false);
          return [
            horizon,
            { levels: [...QUANTILE_LEVELS], quantiles: baselineQuantiles(baseline, own, input) },
          ];
        }),
      ),
  };
}

/** The parts of `rows` from `first` on. */
export function afterWarmup(
  rows: readonly { readonly from: number; readonly to: number }[],
  first: number,
): { readonly from: number; readonly to: number }[] {
  return rows
    .map(({ from, to }) => ({ from: Math.max(from, first), to }))
    .filter(({ from, to }) => from < to);
}
