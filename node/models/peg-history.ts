import { computeFeatures, type HourlySeries } from '../features/index.ts';
import { forecastQuantiles } from './forecast.ts';
import { QUANTILE_LEVELS } from './peg-model.ts';
import { type StabilityModel, weightsOfHead } from './stability-model.ts';

/** What a version forecasts for hours one after the other. */
export type HorizonHistory = {
  readonly horizonHours: number;
  /** The first hour that is forecast, since the epoch. */
  readonly startHour: number;
  /** By level, then by the hour that is forecast, bp. */
  readonly quantiles: readonly Float64Array[];
};

/**
 * Forecasts of every horizon for the window's last `hours` hours and for those after it that can be forecast, each made
 * from what was known a horizon before.
 *
 * @param window hourly deviations without holes; averages reach back some 60 days.
 */
export function pegHistory(
  model: StabilityModel,
  weights: Float64Array,
  window: Pick<HourlySeries, 'startHour' | 'deviation' | 'timing'>,
  hours: number,
): readonly HorizonHistory[] {
  return model.heads.peg.map((head) => {
    const { horizon } = head.model;
    const table = computeFeatures(window, horizon);
    const from = Math.max(table.warmup, table.rows - hours - horizon);
    const quantiles = forecastQuantiles(head.model, weightsOfHead(model, head, weights), head.numbers, {
      x: table.x.slice(from * table.width),
      scale: table.scale.slice(from),
      deviation: table.deviation.slice(from),
    });
    const rows = table.rows - from;
    return {
      horizonHours: horizon,
      startHour: table.startHour + from + horizon,
      quantiles: QUANTILE_LEVELS.map((_, q) =>
        Float64Array.from(
          { length: rows },
          (_, i) => quantiles[i * QUANTILE_LEVELS.length + q] ?? Number.NaN,
        ),
      ),
    };
  });
}
