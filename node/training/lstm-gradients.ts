import {
  createTraces,
  type LstmExamples,
  type LstmLayer,
  type LstmModel,
  type LstmTrace,
  lstmForward,
} from '../models/lstm/index.ts';

/** Mean gradients of the pinball loss, summed over the outputs, of batches of rows. */
export type LstmGradients = {
  /** @returns of the model's size, valid until the next call. */
  readonly batch: (weights: Float64Array, rows: Uint32Array) => Float64Array;
  readonly dispose: () => void;
};

/** Back-propagation through time in plain float64, a window after the other: the reference for the other engines. */
export function float64Lstm(model: LstmModel, examples: LstmExamples): LstmGradients {
  const { spec, layers, head } = model;
  const gradient = new Float64Array(model.size);
  const traces = createTraces(model);
  const out = new Float64Array(spec.outputs);
  const slopes = new Float64Array(spec.outputs);
  // Slopes of the loss in what each layer gives at each step.
  const back = layers.map(({ units }) => new Float64Array((spec.steps + 1) * units));
  const one = (weights: Float64Array, row: number, share: number) => {
    const offset = examples.start[row]! * spec.inputs;
    lstmForward(model, weights, examples.channels, offset, traces, out);
    for (let q = 0; q < spec.outputs; q++) {
      const actual = examples.y[row * spec.outputs + q]!;
      const level = examples.levels[q]!;
      // Not known: no slope, and neither on the kink.
      slopes[q] = actual > out[q]! ? -level * share : actual < out[q]! ? (1 - level) * share : 0;
    }
    const top = traces.at(-1)!;
    const topBack = back.at(-1)!;
    const units = spec.units[1];
    const last = spec.steps * units;
    for (const own of back) own.fill(0);
    for (let q = 0; q < spec.outputs; q++) gradient[head.bias + q]! += slopes[q]!;
    for (let k = 0; k < units; k++) {
      let sum = 0;
      const at = head.weight + k * spec.outputs;
      for (let q = 0; q < spec.outputs; q++) {
        gradient[at + q]! += top.given[last + k]! * slopes[q]!;
        sum += weights[at + q]! * slopes[q]!;
      }
      topBack[last + k] = sum;
    }
    for (let l = layers.length - 1; l >= 0; l--) {
      const below = traces[l - 1];
      const input = below === undefined ? examples.channels : below.given;
      const from = below === undefined ? offset : layers[l]!.inputs;
      goBack(layers[l]!, weights, gradient, traces[l]!, back[l]!, spec.steps, {
        input,
        from,
        back: back[l - 1],
      });
    }
  };
  return {
    batch: (weights, rows) => {
      gradient.fill(0);
      for (const row of rows) one(weights, row, 1 / rows.length);
      return gradient;
    },
    dispose: () => {},
  };
}

function goBack(
  { inputs, units, kernel, recurrent, bias }: LstmLayer,
  weights: Float64Array,
  gradient: Float64Array,
  { gates, cells, given }: LstmTrace,
  back: Float64Array,
  steps: number,
  below: { readonly input: Float64Array; readonly from: number; readonly back: Float64Array | undefined },
): void {
  const width = 4 * units;
  const dz = new Float64Array(width);
  const carried = new Float64Array(units);
  for (let t = steps - 1; t >= 0; t--) {
    const g = t * width;
    const before = t * units;
    const now = before + units;
    for (let k = 0; k < units; k++) {
      const input = gates[g + k]!;
      const forget = gates[g + units + k]!;
      const candidate = gates[g + 2 * units + k]!;
      const output = gates[g + 3 * units + k]!;
      const tanhCell = Math.tanh(cells[now + k]!);
      const dh = back[now + k]!;
      const dc = carried[k]! + dh * output * (1 - tanhCell * tanhCell);
      dz[k] = dc * candidate * input * (1 - input);
      dz[units + k] = dc * cells[before + k]! * forget * (1 - forget);
      dz[2 * units + k] = dc * input * (1 - candidate * candidate);
      dz[3 * units + k] = dh * tanhCell * output * (1 - output);
      carried[k] = dc * forget;
    }
    for (let k = 0; k < width; k++) gradient[bias + k]! += dz[k]!;
    const x = below.from + t * inputs;
    for (let j = 0; j < inputs; j++) {
      const value = below.input[x + j]!;
      const row = kernel + j * width;
      for (let k = 0; k < width; k++) gradient[row + k]! += value * dz[k]!;
      if (below.back === undefined) continue;
      let sum = 0;
      for (let k = 0; k < width; k++) sum += weights[row + k]! * dz[k]!;
      below.back[x + j]! += sum;
    }
    for (let j = 0; j < units; j++) {
      const value = given[before + j]!;
      const row = recurrent + j * width;
      let sum = 0;
      for (let k = 0; k < width; k++) {
        gradient[row + k]! += value * dz[k]!;
        sum += weights[row + k]! * dz[k]!;
      }
      back[before + j]! += sum;
    }
  }
}
