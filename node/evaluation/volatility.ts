import { FLAGS } from '../features/index.ts';
import { type Estimate, estimateMean, estimateSkill, qlikeRows } from '../models/metrics/index.ts';
import {
  ewmaVolatility,
  type FittedVolatility,
  fitVolatility,
  forecastVariances,
  garchVolatility,
  harVolatility,
  realisedVariances,
} from '../models/volatility/index.ts';
import type { Asset } from './coins.ts';
import { draw, type Resampling } from './figures.ts';

export type VolatilityFigures = {
  readonly asset: string;
  readonly horizonHours: number;
  readonly rows: number;
  readonly models: readonly {
    readonly name: string;
    readonly qlike: Estimate;
    /** 1 − QLIKE / QLIKE of EWMA, paired. */
    readonly skill: Estimate;
  }[];
};

/** Blocks of the bootstrap, hours. */
export const MARKET_BLOCK_HOURS = 240;
const LEAST_TEST_ROWS = 240;
const LEAST_TRAIN_ROWS = 60 * 24;

/**
 * QLIKE of the volatility models on the hours after the cutoff, fitted on those whose labels end before it.
 *
 * @returns undefined where either part is too short.
 */
export function volatilityFigures(
  { name, market }: Asset,
  cutoff: number,
  horizonHours: number,
  resampling: Resampling,
): VolatilityFigures | undefined {
  const { close, startHour, flags } = market;
  const returns = Float64Array.from({ length: close.length - 1 }, (_, t) =>
    Math.log(close[t + 1]! / close[t]!),
  );
  // returns[t] was known at the hour of close t + 1.
  const split = cutoff - startHour - 1;
  if (split < LEAST_TRAIN_ROWS || returns.length - split < LEAST_TEST_ROWS + horizonHours) return undefined;
  const realised = realisedVariances(returns, horizonHours);
  const train = returns.subarray(0, split);
  const models: FittedVolatility[] = [
    fitVolatility(ewmaVolatility(), train, horizonHours),
    fitVolatility(harVolatility({ form: 'level' }), train, horizonHours),
    fitVolatility(harVolatility({ form: 'log' }), train, horizonHours),
    fitVolatility(garchVolatility(), train, horizonHours),
  ];
  const forecasts = models.map((model) => forecastVariances(model.open(), returns));
  const rows: number[] = [];
  for (let t = split; t + horizonHours < returns.length; t++) {
    const isKnown = ((flags[t + 1] ?? 0) & FLAGS.gap) === 0 && realised[t]! > 0;
    if (isKnown && forecasts.every((forecast) => forecast[t]! > 0)) rows.push(t);
  }
  if (rows.length < LEAST_TEST_ROWS) return undefined;
  const pick = (values: Float64Array) => Float64Array.from(rows, (t) => values[t]!);
  const losses = forecasts.map((forecast) => qlikeRows(pick(realised), pick(forecast)));
  const drawn = draw(rows.length, MARKET_BLOCK_HOURS, resampling);
  const [reference] = losses;
  return {
    asset: name,
    horizonHours,
    rows: rows.length,
    models: losses.map((loss, k) => ({
      name: models[k]?.name ?? '',
      qlike: estimateMean(drawn, loss),
      skill: estimateSkill(drawn, loss, reference ?? loss),
    })),
  };
}
