import { pinball } from '../pinball.ts';
import { createTraces, type LstmModel, lstmForward } from './lstm.ts';

/** Windows of a series and what came after them. */
export type LstmExamples = {
  readonly rows: number;
  /** Hours × inputs, row-major: windows overlap, so that every hour is held once. */
  readonly channels: Float64Array;
  /** Of each row, the hour of `channels` that its window begins with. */
  readonly start: Uint32Array;
  /** rows × outputs: scaled outcomes, one a quantile; NaN where it is not known and counts nothing. */
  readonly y: Float64Array;
  /** Quantile level of each output. */
  readonly levels: readonly number[];
};

/** Scaled quantiles of all rows: rows × outputs, row-major, in float64. */
export function forecastWindows(model: LstmModel, weights: Float64Array, set: LstmExamples): Float64Array {
  const { inputs, outputs } = model.spec;
  const traces = createTraces(model);
  const out = new Float64Array(set.rows * outputs);
  for (let i = 0; i < set.rows; i++) {
    const own = out.subarray(i * outputs, (i + 1) * outputs);
    lstmForward(model, weights, set.channels, set.start[i]! * inputs, traces, own);
  }
  return out;
}

/** Mean pinball loss of the rows, summed over the known outputs, in the scaled unit of the labels. */
export function lstmLoss(model: LstmModel, weights: Float64Array, set: LstmExamples): number {
  const { outputs } = model.spec;
  const told = forecastWindows(model, weights, set);
  let sum = 0;
  for (let k = 0; k < told.length; k++) {
    if (!Number.isNaN(set.y[k]!)) sum += pinball(set.levels[k % outputs]!, told[k]!, set.y[k]!);
  }
  return sum / set.rows;
}
