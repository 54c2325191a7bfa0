import { BallastError } from '../../../protocol/errors.ts';
import { type Layout, layoutSize } from '../../../protocol/layout.ts';

/** A stack of fully connected layers, ReLU between them; what its last layer gives is left as it is. */
export type DenseNetwork = {
  /** Units by layer, inputs first, outputs last. */
  readonly units: readonly number[];
  /** `dense-1/weight` [inputs, units], `dense-1/bias` [units], `dense-2/weight`, … */
  readonly layout: Layout;
  readonly size: number;
};

/** Largest layer, and number of layers with weights. */
export const MOST_UNITS = 1_024;
const MOST_LAYERS = 8;

/** @throws BallastError `MODEL_SPEC` for sizes that are no layers. */
export function createDenseNetwork(units: readonly number[]): DenseNetwork {
  const isSize = (value: number) => Number.isInteger(value) && value >= 1 && value <= MOST_UNITS;
  if (units.length < 2 || units.length > MOST_LAYERS + 1 || !units.every(isSize)) {
    throw new BallastError(
      'MODEL_SPEC',
      `units: got ${units.join(', ')}, expected 2 to ${MOST_LAYERS + 1} whole numbers from 1 to ${MOST_UNITS}`,
      { metadata: { units } },
    );
  }
  const layout: Layout = {
    tensors: units.slice(1).flatMap((outputs, l) => [
      { name: `dense-${l + 1}/weight`, shape: [units[l] ?? 0, outputs] },
      { name: `dense-${l + 1}/bias`, shape: [outputs] },
    ]),
  };
  return { units, layout, size: layoutSize(layout) };
}

/**
 * Weights to begin with: normal of deviation √(2 / inputs of the layer) (He et al. 2015), the last layer's a tenth of
 * that, biases zero.
 *
 * @param normal standard normal, seeded.
 */
export function initialDenseWeights({ units, size }: DenseNetwork, normal: () => number): Float64Array {
  const weights = new Float64Array(size);
  let at = 0;
  for (let l = 1; l < units.length; l++) {
    const [inputs, outputs] = [units[l - 1]!, units[l]!];
    const deviation = Math.sqrt(2 / inputs) * (l === units.length - 1 ? 0.1 : 1);
    for (let k = 0; k < inputs * outputs; k++) weights[at++] = deviation * normal();
    at += outputs;
  }
  return weights;
}

/** Room for one row's pass through a network. */
export type DensePass = {
  /** What each layer gives, the inputs first. */
  readonly values: readonly Float64Array[];
  /** Slopes of the loss in the same. */
  readonly slopes: readonly Float64Array[];
};

export function createDensePass({ units }: DenseNetwork): DensePass {
  const room = () => units.map((count) => new Float64Array(count));
  return { values: room(), slopes: room() };
}

/** Silences hidden units while training: each with probability `rate`, the others louder by as much. */
export type Dropout = { readonly rate: number; readonly uniform: () => number };

/** Outputs of one row; a view that lasts until the next call. */
export function denseForward(
  { units }: DenseNetwork,
  weights: Float64Array,
  x: Float64Array,
  offset: number,
  { values }: DensePass,
  dropout?: Dropout,
): Float64Array {
  const inputs = values[0]!;
  for (let j = 0; j < inputs.length; j++) inputs[j] = x[offset + j]!;
  let at = 0;
  const last = units.length - 1;
  for (let l = 1; l <= last; l++) {
    const from = values[l - 1]!;
    const to = values[l]!;
    const outputs = to.length;
    const bias = at + from.length * outputs;
    for (let k = 0; k < outputs; k++) to[k] = weights[bias + k]!;
    for (let j = 0; j < from.length; j++) {
      const value = from[j]!;
      if (value === 0) {
        at += outputs;
        continue;
      }
      for (let k = 0; k < outputs; k++) to[k]! += value * weights[at + k]!;
      at += outputs;
    }
    at += outputs;
    if (l === last) break;
    for (let k = 0; k < outputs; k++) if (to[k]! < 0) to[k] = 0;
    if (dropout === undefined) continue;
    const { rate, uniform } = dropout;
    for (let k = 0; k < outputs; k++) to[k] = uniform() < rate ? 0 : to[k]! / (1 - rate);
  }
  return values[last]!;
}

/**
 * Adds the gradient of a loss in the weights, for the row that `denseForward` was last called with.
 *
 * @param pass whose last `slopes` hold those of the loss in the outputs.
 * @param gradient of the network's size, from `offset` on.
 * @param dropout the rate of that call, 0 without.
 */
export function denseBackward(
  { units, size }: DenseNetwork,
  weights: Float64Array,
  { values, slopes }: DensePass,
  gradient: Float64Array,
  offset: number,
  dropout = 0,
): void {
  let at = size;
  // What was made louder passes its slope on by as much.
  const louder = 1 / (1 - dropout);
  for (let l = units.length - 1; l >= 1; l--) {
    const from = values[l - 1]!;
    const own = slopes[l]!;
    const back = slopes[l - 1]!;
    const outputs = own.length;
    at -= outputs;
    for (let k = 0; k < outputs; k++) gradient[offset + at + k]! += own[k]!;
    at -= from.length * outputs;
    for (let j = 0; j < from.length; j++) {
      const value = from[j]!;
      // Below the kink of its ReLU a unit passes nothing on; of the inputs nobody asks.
      if (value === 0) {
        back[j] = 0;
        continue;
      }
      const row = at + j * outputs;
      let sum = 0;
      for (let k = 0; k < outputs; k++) {
        gradient[offset + row + k]! += value * own[k]!;
        sum += weights[row + k]! * own[k]!;
      }
      back[j] = l > 1 ? louder * sum : sum;
    }
  }
}
