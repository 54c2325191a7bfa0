import type { ExampleSet, RiskExamples } from '../features/index.ts';
import {
  forecastRisk,
  type PegModel,
  pinballSlope,
  QUANTILE_LEVELS,
  type RiskModel,
  riskSlopes,
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
  return {
    perRecord: (weights) => {
      gradients.fill(0);
      for (let r = 0; r < records; r++) {
        const from = recordStart[r]!;
        const to = recordStart[r + 1]!;
        const at = r * model.size;
        for (let i = from; i < to; i++) {
          const row = i * width;
          for (let q = 0; q < OUTPUTS; q++) {
            let forecast = 0;
            for (let j = 0; j < width; j++) forecast += x[row + j]! * weights[j * OUTPUTS + q]!;
            const slope = pinballSlope(QUANTILE_LEVELS[q]!, forecast, y[i]!) / (to - from);
            for (let j = 0; j < width; j++) gradients[at + j * OUTPUTS + q]! += x[row + j]! * slope;
          }
        }
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
  const { width, x, recordStart, records, drawdown, volatility } = examples;
  const gradients = new Float64Array(records * model.size);
  return {
    perRecord: (weights) => {
      gradients.fill(0);
      const forecast = forecastRisk(model, weights, examples);
      for (let r = 0; r < records; r++) {
        const from = recordStart[r]!;
        const to = recordStart[r + 1]!;
        const at = r * model.size;
        for (let i = from; i < to; i++) {
          const outcome = { drawdown: drawdown[i]!, volatility: volatility[i]! };
          const slopes = riskSlopes(model.numbers, forecast.logit[i]!, forecast.volatility[i]!, outcome);
          for (let j = 0; j < width; j++) {
            const share = x[i * width + j]! / (to - from);
            gradients[at + 2 * j]! += share * slopes[0];
            gradients[at + 2 * j + 1]! += share * slopes[1];
          }
        }
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
