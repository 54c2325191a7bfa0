import type { ExampleSet, RiskExamples } from '../../../node/features/index.ts';
import {
  type PegModel,
  pinballSlope,
  QUANTILE_LEVELS,
  type RiskModel,
  riskScales,
  sigmoid,
} from '../../../node/models/index.ts';

/** The mean gradient of all rows, nothing clipped and nothing kept apart: what training costs without privacy. */
export type PlainGradient = (weights: Float64Array) => Float64Array;

const OUTPUTS = QUANTILE_LEVELS.length;

export function plainLinear(model: PegModel, { width, rows, x, y }: ExampleSet): PlainGradient {
  const sum = new Float64Array(model.size);
  const [low, middle, high] = QUANTILE_LEVELS;
  return (weights) => {
    const w = Float64Array.from(weights);
    sum.fill(0);
    for (let i = 0, row = 0; i < rows; i++, row += width) {
      let [f0, f1, f2] = [0, 0, 0];
      for (let j = 0, k = 0; j < width; j++, k += OUTPUTS) {
        const value = x[row + j]!;
        f0 += value * w[k]!;
        f1 += value * w[k + 1]!;
        f2 += value * w[k + 2]!;
      }
      const actual = y[i]!;
      const s0 = pinballSlope(low, f0, actual);
      const s1 = pinballSlope(middle, f1, actual);
      const s2 = pinballSlope(high, f2, actual);
      for (let j = 0, k = 0; j < width; j++, k += OUTPUTS) {
        const value = x[row + j]!;
        sum[k]! += value * s0;
        sum[k + 1]! += value * s1;
        sum[k + 2]! += value * s2;
      }
    }
    return sum.map((value) => value / rows);
  };
}

export function plainMlp(model: PegModel, units: number, { width, rows, x, y }: ExampleSet): PlainGradient {
  const sum = new Float64Array(model.size);
  const activation = new Float64Array(units);
  const outputAt = width * units;
  const biasAt = outputAt + units * OUTPUTS;
  const [low, middle, high] = QUANTILE_LEVELS;
  return (weights) => {
    const w = Float64Array.from(weights);
    sum.fill(0);
    for (let i = 0, row = 0; i < rows; i++, row += width) {
      let f0 = w[biasAt]!;
      let f1 = w[biasAt + 1]!;
      let f2 = w[biasAt + 2]!;
      for (let h = 0, k = outputAt; h < units; h++, k += OUTPUTS) {
        let linear = 0;
        for (let j = 0; j < width; j++) linear += x[row + j]! * w[j * units + h]!;
        const a = Math.tanh(linear);
        activation[h] = a;
        f0 += a * w[k]!;
        f1 += a * w[k + 1]!;
        f2 += a * w[k + 2]!;
      }
      const actual = y[i]!;
      const s0 = pinballSlope(low, f0, actual);
      const s1 = pinballSlope(middle, f1, actual);
      const s2 = pinballSlope(high, f2, actual);
      sum[biasAt]! += s0;
      sum[biasAt + 1]! += s1;
      sum[biasAt + 2]! += s2;
      for (let h = 0, k = outputAt; h < units; h++, k += OUTPUTS) {
        const a = activation[h]!;
        sum[k]! += a * s0;
        sum[k + 1]! += a * s1;
        sum[k + 2]! += a * s2;
        const back = (s0 * w[k]! + s1 * w[k + 1]! + s2 * w[k + 2]!) * (1 - a * a);
        for (let j = 0; j < width; j++) sum[j * units + h]! += x[row + j]! * back;
      }
    }
    return sum.map((value) => value / rows);
  };
}

export function plainRisk(model: RiskModel, examples: RiskExamples): PlainGradient {
  const { width, rows, x } = examples;
  const { base, targets, gains, lossGains } = riskScales(model.numbers, examples);
  const [drawdownGain, volatilityGain] = gains;
  const [drawdownLoss, volatilityLoss] = lossGains;
  const sum = new Float64Array(model.size);
  return (weights) => {
    const w = Float64Array.from(weights);
    sum.fill(0);
    for (let i = 0, row = 0; i < rows; i++, row += width) {
      let [drawdown, volatility] = [0, 0];
      for (let j = 0; j < width; j++) {
        const value = x[row + j]!;
        drawdown += value * w[2 * j]!;
        volatility += value * w[2 * j + 1]!;
      }
      const s0 = drawdownLoss * (sigmoid(base[2 * i]! + drawdownGain * drawdown) - targets[2 * i]!);
      const s1 = volatilityLoss * (base[2 * i + 1]! + volatilityGain * volatility - targets[2 * i + 1]!);
      for (let j = 0; j < width; j++) {
        const value = x[row + j]!;
        sum[2 * j]! += value * s0;
        sum[2 * j + 1]! += value * s1;
      }
    }
    return sum.map((value) => value / rows);
  };
}
