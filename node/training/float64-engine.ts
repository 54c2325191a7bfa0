import type { ExampleSet, RiskExamples } from '../features/index.ts';
import {
  type PegModel,
  pinballSlope,
  QUANTILE_LEVELS,
  type RiskModel,
  riskScales,
  sigmoid,
} from '../models/index.ts';
import type { RecordGradients, TrainingEngine } from './engine.ts';

/** Plain float64 arithmetic: the reference for the other engines, and the fastest for models of this size. */
export const float64Engine: TrainingEngine = {
  name: 'float64',
  open: (model, examples) =>
    model.spec.kind === 'linear'
      ? linearGradients(model, examples)
      : mlpGradients(model, examples, model.spec.hidden),
  openRisk: riskGradients,
};

const OUTPUTS = QUANTILE_LEVELS.length;

function linearGradients(model: PegModel, examples: ExampleSet): RecordGradients {
  const { width, x, y, recordStart, records } = examples;
  const gradients = new Float64Array(records * model.size);
  // Sums stand in a small array of their own: that of all records does not fit a core's cache.
  const sum = new Float64Array(model.size);
  const [low, middle, high] = QUANTILE_LEVELS;
  return {
    perRecord: (weights) => {
      const w = Float64Array.from(weights);
      for (let r = 0; r < records; r++) {
        const from = recordStart[r]!;
        const to = recordStart[r + 1]!;
        const rows = to - from;
        sum.fill(0);
        for (let i = from; i < to; i++) {
          const row = i * width;
          let [f0, f1, f2] = [0, 0, 0];
          for (let j = 0, k = 0; j < width; j++, k += OUTPUTS) {
            const value = x[row + j]!;
            f0 += value * w[k]!;
            f1 += value * w[k + 1]!;
            f2 += value * w[k + 2]!;
          }
          const actual = y[i]!;
          const s0 = pinballSlope(low, f0, actual) / rows;
          const s1 = pinballSlope(middle, f1, actual) / rows;
          const s2 = pinballSlope(high, f2, actual) / rows;
          for (let j = 0, k = 0; j < width; j++, k += OUTPUTS) {
            const value = x[row + j]!;
            sum[k]! += value * s0;
            sum[k + 1]! += value * s1;
            sum[k + 2]! += value * s2;
          }
        }
        gradients.set(sum, r * model.size);
      }
      return gradients;
    },
    dispose: () => {},
  };
}

function mlpGradients(model: PegModel, examples: ExampleSet, units: number): RecordGradients {
  const { width, x, y, recordStart, records } = examples;
  const gradients = new Float64Array(records * model.size);
  const f = new Float64Array(OUTPUTS);
  const activation = new Float64Array(units);
  const outputAt = width * units;
  const biasAt = outputAt + units * OUTPUTS;
  return {
    perRecord: (weights) => {
      gradients.fill(0);
      for (let r = 0; r < records; r++) {
        const from = recordStart[r]!;
        const to = recordStart[r + 1]!;
        const at = r * model.size;
        for (let i = from; i < to; i++) {
          for (let q = 0; q < OUTPUTS; q++) f[q] = weights[biasAt + q]!;
          for (let h = 0; h < units; h++) {
            let sum = 0;
            for (let j = 0; j < width; j++) sum += x[i * width + j]! * weights[j * units + h]!;
            const a = Math.tanh(sum);
            activation[h] = a;
            for (let q = 0; q < OUTPUTS; q++) f[q]! += a * weights[outputAt + h * OUTPUTS + q]!;
          }
          slopes(f, y[i]!, to - from);
          for (let q = 0; q < OUTPUTS; q++) gradients[at + biasAt + q]! += f[q]!;
          for (let h = 0; h < units; h++) {
            const a = activation[h]!;
            let back = 0;
            for (let q = 0; q < OUTPUTS; q++) {
              gradients[at + outputAt + h * OUTPUTS + q]! += a * f[q]!;
              back += f[q]! * weights[outputAt + h * OUTPUTS + q]!;
            }
            back *= 1 - a * a;
            for (let j = 0; j < width; j++) gradients[at + j * units + h]! += x[i * width + j]! * back;
          }
        }
      }
      return gradients;
    },
    dispose: () => {},
  };
}

function riskGradients(model: RiskModel, examples: RiskExamples): RecordGradients {
  const { width, x, recordStart, records } = examples;
  const { base, targets, gains, lossGains } = riskScales(model.numbers, examples);
  const [drawdownGain, volatilityGain] = gains;
  const [drawdownLoss, volatilityLoss] = lossGains;
  const gradients = new Float64Array(records * model.size);
  const sum = new Float64Array(model.size);
  return {
    perRecord: (weights) => {
      const w = Float64Array.from(weights);
      for (let r = 0; r < records; r++) {
        const from = recordStart[r]!;
        const to = recordStart[r + 1]!;
        const rows = to - from;
        sum.fill(0);
        for (let i = from; i < to; i++) {
          const row = i * width;
          let [drawdown, volatility] = [0, 0];
          for (let j = 0; j < width; j++) {
            const value = x[row + j]!;
            drawdown += value * w[2 * j]!;
            volatility += value * w[2 * j + 1]!;
          }
          const probability = sigmoid(base[2 * i]! + drawdownGain * drawdown);
          const log = base[2 * i + 1]! + volatilityGain * volatility;
          const s0 = drawdownLoss * (probability - targets[2 * i]!);
          const s1 = volatilityLoss * (log - targets[2 * i + 1]!);
          for (let j = 0; j < width; j++) {
            const share = x[row + j]! / rows;
            sum[2 * j]! += share * s0;
            sum[2 * j + 1]! += share * s1;
          }
        }
        gradients.set(sum, r * model.size);
      }
      return gradients;
    },
    dispose: () => {},
  };
}

/** Replaces forecasts by the slope of their pinball loss, divided by the rows of the record. */
function slopes(f: Float64Array, actual: number, rows: number): void {
  for (let q = 0; q < OUTPUTS; q++) f[q] = pinballSlope(QUANTILE_LEVELS[q]!, f[q]!, actual) / rows;
}
