import { BallastError } from '../../../protocol/errors.ts';
import { type Layout, layoutSize } from '../../../protocol/layout.ts';
import { sigmoid } from '../risk-numbers.ts';

/** Two layers of long short-term memory and a linear head on the last step. */
export type LstmSpec = {
  readonly inputs: number;
  /** Hours of a window. */
  readonly steps: number;
  /** Units of each layer. */
  readonly units: readonly [number, number];
  readonly outputs: number;
};

/** The sequence model of the peg at its published size: 15 channels, 48 hours, nine quantiles (three levels at three horizons). */
export const PEG_LSTM: LstmSpec = { inputs: 15, steps: 48, units: [128, 64], outputs: 9 };

export type LstmModel = {
  readonly spec: LstmSpec;
  /** By layer `lstm-1/kernel` [inputs, 4 · units], `lstm-1/recurrent` [units, 4 · units], `lstm-1/bias`; then `head/weight`, `head/bias`. */
  readonly layout: Layout;
  readonly size: number;
  readonly layers: readonly LstmLayer[];
  readonly head: { readonly weight: number; readonly bias: number };
};

/** Where a layer's weights lie. Gates stand in the order input, forget, candidate, output, as in Keras. */
export type LstmLayer = {
  readonly inputs: number;
  readonly units: number;
  readonly kernel: number;
  readonly recurrent: number;
  readonly bias: number;
};

/** @throws BallastError `MODEL_SPEC` for sizes that are no whole numbers from 1 to 1,024. */
export function createLstm(spec: LstmSpec): LstmModel {
  const { inputs, units, outputs, steps } = spec;
  if (![inputs, steps, outputs, ...units].every((n) => Number.isInteger(n) && n >= 1 && n <= 1_024)) {
    throw new BallastError(
      'MODEL_SPEC',
      `lstm: got ${JSON.stringify(spec)}, expected whole numbers from 1 to 1024`,
      { metadata: { spec } },
    );
  }
  let at = 0;
  const take = (count: number) => {
    at += count;
    return at - count;
  };
  const widths = [inputs, ...units];
  const layers = units.map((own, l) => {
    const from = widths[l] ?? 0;
    const width = 4 * own;
    return {
      inputs: from,
      units: own,
      kernel: take(from * width),
      recurrent: take(own * width),
      bias: take(width),
    };
  });
  const last = units[1];
  const head = { weight: take(last * outputs), bias: take(outputs) };
  const layout: Layout = {
    tensors: [
      ...layers.flatMap(({ inputs: from, units: own }, l) => [
        { name: `lstm-${l + 1}/kernel`, shape: [from, 4 * own] },
        { name: `lstm-${l + 1}/recurrent`, shape: [own, 4 * own] },
        { name: `lstm-${l + 1}/bias`, shape: [4 * own] },
      ]),
      { name: 'head/weight', shape: [last, outputs] },
      { name: 'head/bias', shape: [outputs] },
    ],
  };
  return { spec, layout, size: layoutSize(layout), layers, head };
}

/**
 * Weights to begin with: kernels uniform within √(6 / (inputs + outputs)) (Glorot and Bengio 2010), the forget gate's
 * bias one (Jozefowicz et al. 2015), the head zero, so that the first forecast is "no change".
 *
 * @param uniform in [0, 1), seeded.
 */
export function initialLstmWeights({ size, layers }: LstmModel, uniform: () => number): Float64Array {
  const weights = new Float64Array(size);
  const draw = (at: number, rows: number, columns: number) => {
    const bound = Math.sqrt(6 / (rows + columns));
    for (let k = 0; k < rows * columns; k++) weights[at + k] = bound * (2 * uniform() - 1);
  };
  for (const { inputs, units, kernel, recurrent, bias } of layers) {
    draw(kernel, inputs, 4 * units);
    draw(recurrent, units, 4 * units);
    weights.fill(1, bias + units, bias + 2 * units);
  }
  return weights;
}

/** What a layer computed for one window, by step: what going back needs. */
export type LstmTrace = {
  /** steps × 4 · units: the gates after their functions. */
  readonly gates: Float64Array;
  /** (steps + 1) × units, zeros first: cells, and what the layer gives. */
  readonly cells: Float64Array;
  readonly given: Float64Array;
};

export function createTraces({ spec, layers }: LstmModel): LstmTrace[] {
  return layers.map(({ units }) => ({
    gates: new Float64Array(spec.steps * 4 * units),
    cells: new Float64Array((spec.steps + 1) * units),
    given: new Float64Array((spec.steps + 1) * units),
  }));
}

/**
 * Outputs of one window in float64 (Hochreiter and Schmidhuber 1997, with a forget gate: Gers et al. 2000).
 *
 * @param x steps × inputs from `offset` on, row-major, the oldest hour first.
 * @param out of `outputs` values, written to.
 */
export function lstmForward(
  { spec, layers, head }: LstmModel,
  weights: Float64Array,
  x: Float64Array,
  offset: number,
  traces: readonly LstmTrace[],
  out: Float64Array,
): void {
  for (const [l, layer] of layers.entries()) {
    const below = traces[l - 1];
    const trace = traces[l]!;
    for (let t = 0; t < spec.steps; t++) {
      if (below === undefined) step(layer, weights, x, offset + t * layer.inputs, trace, t);
      else step(layer, weights, below.given, (t + 1) * layer.inputs, trace, t);
    }
  }
  const top = traces.at(-1)!;
  const units = spec.units[1];
  const last = spec.steps * units;
  for (let q = 0; q < spec.outputs; q++) out[q] = weights[head.bias + q]!;
  for (let k = 0; k < units; k++) {
    const value = top.given[last + k]!;
    for (let q = 0; q < spec.outputs; q++) out[q]! += value * weights[head.weight + k * spec.outputs + q]!;
  }
}

function step(
  { inputs, units, kernel, recurrent, bias }: LstmLayer,
  weights: Float64Array,
  x: Float64Array,
  offset: number,
  { gates, cells, given }: LstmTrace,
  t: number,
): void {
  const width = 4 * units;
  const z = gates.subarray(t * width, (t + 1) * width);
  for (let k = 0; k < width; k++) z[k] = weights[bias + k]!;
  for (let j = 0; j < inputs; j++) {
    const value = x[offset + j]!;
    const row = kernel + j * width;
    for (let k = 0; k < width; k++) z[k]! += value * weights[row + k]!;
  }
  const before = t * units;
  for (let j = 0; j < units; j++) {
    const value = given[before + j]!;
    const row = recurrent + j * width;
    for (let k = 0; k < width; k++) z[k]! += value * weights[row + k]!;
  }
  const now = before + units;
  for (let k = 0; k < units; k++) {
    const input = sigmoid(z[k]!);
    const forget = sigmoid(z[units + k]!);
    const candidate = Math.tanh(z[2 * units + k]!);
    const output = sigmoid(z[3 * units + k]!);
    z[k] = input;
    z[units + k] = forget;
    z[2 * units + k] = candidate;
    z[3 * units + k] = output;
    const cell = forget * cells[before + k]! + input * candidate;
    cells[now + k] = cell;
    given[now + k] = output * Math.tanh(cell);
  }
}

/**
 * Scaled quantiles of windows: rows × outputs, row-major.
 *
 * @param x windows × steps × inputs, row-major. @throws BallastError `MODEL_SIZE`.
 */
export function predictLstm(model: LstmModel, weights: Float64Array, x: Float64Array): Float64Array {
  const { spec, size } = model;
  const length = spec.steps * spec.inputs;
  const rows = x.length / length;
  if (weights.length !== size || !Number.isInteger(rows)) {
    throw new BallastError(
      'MODEL_SIZE',
      `lstm: got ${weights.length} weights and ${x.length} inputs, expected ${size} and a multiple of ${length}`,
      { metadata: { weights: weights.length, inputs: x.length, expected: size } },
    );
  }
  const traces = createTraces(model);
  const out = new Float64Array(rows * spec.outputs);
  for (let i = 0; i < rows; i++) {
    const own = out.subarray(i * spec.outputs, (i + 1) * spec.outputs);
    lstmForward(model, weights, x, i * length, traces, own);
  }
  return out;
}
