import { BallastError } from '../../protocol/errors.ts';
import { type Layout, layoutSize } from '../../protocol/layout.ts';
import { type PegHorizon, pegFeatures } from '../features/index.ts';

/** Quantile levels of a peg forecast, ascending. */
export const QUANTILE_LEVELS = [0.1, 0.5, 0.9] as const;

/** Which peg model: linear, or one hidden layer of tanh units. */
export type PegModelSpec = { readonly kind: 'linear' } | { readonly kind: 'mlp'; readonly hidden: number };

/**
 * A peg-quantile model of one horizon h: scaled quantiles f(x) of (d_{t+h} − d_t) / S_t, so that the forecast is
 * d_t + S_t · f(x).
 *
 * - linear: f = xᵀW, W: [features, quantiles], 39 weights at 24 h, 78 at 1 and 4 h;
 * - mlp: f = [tanh(xᵀH), 1]ᵀ O, H: [features, hidden], O: [hidden + 1, quantiles], at 8 hidden units 131 weights at 24 h
 *   and 235 at 1 and 4 h.
 */
export type PegModel = {
  readonly spec: PegModelSpec;
  readonly horizon: PegHorizon;
  /** Features of a row. */
  readonly inputs: number;
  readonly layout: Layout;
  /** Weights in all. */
  readonly size: number;
};

/** @throws BallastError `MODEL_SPEC` when `hidden` is not a whole number from 1 to 20. */
export function createPegModel(spec: PegModelSpec, horizon: PegHorizon = 24): PegModel {
  const inputs = pegFeatures(horizon).length;
  const withSize = (layout: Layout): PegModel => ({
    spec,
    horizon,
    inputs,
    layout,
    size: layoutSize(layout),
  });
  const outputs = QUANTILE_LEVELS.length;
  if (spec.kind === 'linear') {
    return withSize({ tensors: [{ name: 'weight', shape: [inputs, outputs] }] });
  }
  if (!Number.isInteger(spec.hidden) || spec.hidden < 1 || spec.hidden > 20) {
    throw new BallastError('MODEL_SPEC', `hidden: got ${spec.hidden}, expected a whole number from 1 to 20`, {
      metadata: { spec },
      hint: 'larger models pay for privacy with skill',
    });
  }
  return withSize({
    tensors: [
      { name: 'hidden', shape: [inputs, spec.hidden] },
      { name: 'output', shape: [spec.hidden + 1, outputs] },
    ],
  });
}

/**
 * Public weights to begin with: all zero, save the hidden layer of an mlp, whose fixed ±0.5 pattern (the bits of a
 * multiplicative hash) tells the units apart. Either way the first forecast is "no change" at every quantile.
 */
export function genesisWeights(model: PegModel): Float64Array {
  const weights = new Float64Array(model.size);
  if (model.spec.kind === 'mlp') {
    const hidden = model.inputs * model.spec.hidden;
    for (let i = 0; i < hidden; i++) weights[i] = Math.imul(i + 1, 0x9e3779b1) < 0 ? -0.5 : 0.5;
  }
  return weights;
}

/**
 * The scaled quantiles f(x) in float64, as the weights give them (not sorted).
 *
 * @param weights `model.size` values.
 * @param x rows × model.inputs, row-major.
 * @returns rows × QUANTILE_LEVELS.length, row-major.
 * @throws BallastError `MODEL_SIZE` for a wrong number of weights or inputs.
 */
export function predictScaled(model: PegModel, weights: Float64Array, x: Float64Array): Float64Array {
  const { inputs } = model;
  if (weights.length !== model.size || x.length % inputs !== 0) {
    throw new BallastError(
      'MODEL_SIZE',
      `peg model: got ${weights.length} weights and ${x.length} inputs, expected ${model.size} weights and a multiple of ${inputs} inputs`,
      { metadata: { weights: weights.length, inputs: x.length, expected: model.size } },
    );
  }
  const outputs = QUANTILE_LEVELS.length;
  if (model.spec.kind === 'linear') return multiply(x, weights, inputs, outputs);
  const units = model.spec.hidden;
  const activation = multiply(x, weights.subarray(0, inputs * units), inputs, units);
  for (let i = 0; i < activation.length; i++) activation[i] = Math.tanh(activation[i]!);
  const output = weights.subarray(inputs * units);
  const f = multiply(activation, output.subarray(0, units * outputs), units, outputs);
  for (let i = 0; i < f.length; i++) f[i] = f[i]! + output[units * outputs + (i % outputs)]!;
  return f;
}

/** Row-major product of a [rows, inner] and an [inner, columns] matrix. */
function multiply(a: Float64Array, b: Float64Array, inner: number, columns: number): Float64Array {
  const rows = a.length / inner;
  const out = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[r * inner + k]!;
      for (let c = 0; c < columns; c++) out[r * columns + c]! += factor * b[k * columns + c]!;
    }
  }
  return out;
}
