import { createPrng } from '../data/index.ts';
import {
  type BlockResamples,
  crpsOfQuantiles,
  drawBlocks,
  type Estimate,
  estimateMean,
  estimateSkill,
  estimateSums,
  intervalRows,
  pinballRows,
  pointRows,
  quantileColumn,
} from '../models/metrics/index.ts';
import type { QuantileForecast } from './forecaster.ts';

/** Rows to judge forecasts by, in time order. */
export type JudgedRows = {
  /** Step of the series, d_t, d_{t+h}, and whether the row's week is a stressed one. */
  readonly step: Float64Array;
  readonly origin: Float64Array;
  readonly actual: Float64Array;
  readonly stressed: Uint8Array;
};

/** What a forecaster's quantiles were worth; bp unless it is a share. */
export type ForecastFigures = {
  readonly name: string;
  readonly pinball: Estimate;
  readonly crps: Estimate;
  /** Of the interval between the outer levels, whose nominal share is `nominal`. */
  readonly nominal: number;
  readonly coverage: Estimate;
  readonly coverageCalm: Estimate | null;
  readonly coverageStressed: Estimate | null;
  readonly width: Estimate;
  readonly winkler: Estimate;
  /** Of the middle level. */
  readonly mae: Estimate;
  readonly rmse: Estimate;
  readonly smape: Estimate;
  readonly mase: Estimate | null;
  readonly direction: Estimate | null;
  /** Skill in pinball loss against other forecasters, by name; paired. */
  readonly skill: Readonly<Record<string, Estimate>>;
};

export type Resampling = { readonly resamples: number; readonly level: number; readonly seed: number };

/** Moves below this tell no direction, bp. */
const LEAST_MOVE = 1;

/** Blocks of consecutive rows, from the resampling's seed. */
export function draw(
  rows: number,
  blockLength: number,
  { resamples, level, seed }: Resampling,
): BlockResamples {
  return drawBlocks(rows, { blockLength, resamples, level, uniform: createPrng(0xe7a1, seed).uniform });
}

/**
 * @param drawn of as many rows; shared by all forecasters of these rows, so that differences are paired.
 * @param against pinball losses of the forecasters to compare with.
 */
export function judge(
  name: string,
  { levels, quantiles }: QuantileForecast,
  rows: JudgedRows,
  drawn: BlockResamples,
  against: Readonly<Record<string, Float64Array>>,
): ForecastFigures {
  const { actual, origin, stressed } = rows;
  const width = levels.length;
  const [lowest = 0, highest = 1] = [levels[0], levels.at(-1)];
  const nominal = highest - lowest;
  const loss = pinballRows(quantiles, levels, actual);
  const interval = intervalRows(
    quantileColumn(quantiles, width, 0),
    quantileColumn(quantiles, width, width - 1),
    actual,
    nominal,
  );
  const middle = levels.reduce(
    (best, level, q) => (Math.abs(level - 0.5) < Math.abs((levels[best] ?? 0) - 0.5) ? q : best),
    0,
  );
  const point = pointRows(quantileColumn(quantiles, width, middle), actual, origin, LEAST_MOVE);
  const mean = (values: Float64Array) => estimateMean(drawn, values);
  const ratio = (over: Float64Array, under: Float64Array) =>
    under.some((value) => value > 0) ? estimateSums(drawn, [over, under], ([a = 0, b = 0]) => a / b) : null;
  const within = (wanted: number) => {
    const mask = Float64Array.from(stressed, (value) => (value === wanted ? 1 : 0));
    return ratio(
      mask.map((value, i) => value * interval.inside[i]!),
      mask,
    );
  };
  return {
    name,
    pinball: mean(loss),
    crps: mean(crpsOfQuantiles(quantiles, levels, actual)),
    nominal,
    coverage: mean(interval.inside),
    coverageCalm: within(0),
    coverageStressed: within(1),
    width: mean(interval.width),
    winkler: mean(interval.score),
    mae: mean(point.absolute),
    rmse: estimateSums(drawn, [point.squared], ([sum = 0]) => Math.sqrt(sum / drawn.rows)),
    smape: mean(point.symmetric),
    mase: ratio(point.absolute, point.naive),
    direction: ratio(point.told, point.moved),
    skill: Object.fromEntries(
      Object.entries(against).map(([other, losses]) => [other, estimateSkill(drawn, loss, losses)]),
    ),
  };
}
