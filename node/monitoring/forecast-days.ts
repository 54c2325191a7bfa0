import type { ExampleSet, RiskExamples } from '../features/index.ts';
import {
  baselineQuantiles,
  baselineRisk,
  forecastQuantiles,
  forecastRisk,
  modelShare,
  type PegHead,
  pinballLosses,
  QUANTILE_LEVELS,
  type RiskModel,
  type RiskNumbers,
  riskLosses,
} from '../models/index.ts';
import type { ForecastDay } from './accuracy-drift.ts';

const HOURS = 24;

/** How a peg head did on each UTC day, beside scaled persistence (B2). @param weights the head's own. */
export function pegDays(
  { model, numbers }: PegHead,
  weights: Float64Array,
  examples: ExampleSet,
): ForecastDay[] {
  const quantiles = forecastQuantiles(model, weights, numbers, examples);
  const losses = pinballLosses(quantiles, examples);
  const baseline = pinballLosses(baselineQuantiles('B2', numbers, examples), examples);
  const outputs = QUANTILE_LEVELS.length;
  return byDay(examples.hour, (from, to) => {
    let [missed, share] = [0, 0];
    for (let i = from; i < to; i++) {
      const actual = examples.deviation[i]! + examples.scale[i]! * examples.y[i]!;
      if (actual < quantiles[i * outputs]! || actual > quantiles[(i + 1) * outputs - 1]!) missed++;
      share += modelShare(numbers.anchor, examples.scale[i]!);
    }
    return {
      loss: mean(losses, from, to),
      baseline: mean(baseline, from, to),
      missed: missed / (to - from),
      share: share / (to - from),
    };
  });
}

/**
 * How the risk head did on each UTC day, beside EWMA: log loss of the drawdown event plus QLIKE of volatility.
 *
 * @param judge numbers whose drawdown event it is judged by; the model's own unless given.
 */
export function riskDays(
  model: RiskModel,
  weights: Float64Array,
  examples: RiskExamples,
  judge: RiskNumbers = model.numbers,
): ForecastDay[] {
  const own = riskLosses(forecastRisk(model, weights, examples), judge, examples);
  const ewma = riskLosses(baselineRisk('ewma', judge, examples), judge, examples);
  return byDay(examples.hour, (from, to) => ({
    loss: mean(own.drawdown, from, to) + mean(own.volatility, from, to),
    baseline: mean(ewma.drawdown, from, to) + mean(ewma.volatility, from, to),
    missed: null,
    share: null,
  }));
}

function byDay(
  hour: Float64Array,
  measure: (from: number, to: number) => Omit<ForecastDay, 'day' | 'rows'>,
): ForecastDay[] {
  const days: ForecastDay[] = [];
  for (let from = 0; from < hour.length; ) {
    const day = Math.floor(hour[from]! / HOURS);
    let to = from + 1;
    while (to < hour.length && Math.floor(hour[to]! / HOURS) === day) to++;
    days.push({ day, rows: to - from, ...measure(from, to) });
    from = to;
  }
  return days;
}

function mean(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}
