import { pegFeatures } from '../../features/index.ts';
import { type ForecastInput, forecastQuantiles, modelShare } from '../forecast.ts';
import { type PegModel, predictScaled, QUANTILE_LEVELS } from '../peg-model.ts';
import type { PublicNumbers } from '../public-numbers.ts';
import { type Attribution, attribute, FEATURE_GROUPS, type FeatureGroup, groupOf } from './attribution.ts';
import { integratedGradients } from './integrated-gradients.ts';
import { shapleyValues } from './shapley.ts';

/** Largest error of a hidden layer's attributions, in units of S · (1 + |f|). */
const PATH_TOLERANCE = 1e-9;

/** One level of a peg forecast, bp. */
export type QuantileAttribution = Attribution & {
  readonly level: number;
  /** Whose weights the contributions are of: the median's where the level would have passed it. */
  readonly heldAt: number;
};

const MEDIAN = QUANTILE_LEVELS.indexOf(0.5);

/**
 * Why one hour's quantiles are what they are. A level is d + S · (w · f(x) + (1 − w) · b), b being scaled persistence's
 * (B2). Its terms are `last-deviation` d, `scaled-persistence` S · (1 − w) · b and `constant` S · w · f(0); the rest is
 * shared out among the features in the unit S · w, so S and w are the measure of the contributions and no players. A
 * level that is held at the median for not to cross it is explained by the median's weights.
 *
 * A linear head's contribution S · w · x_j · W_jq is exact. A hidden layer's are integrated gradients from zero.
 *
 * @param weights the peg head's own.
 * @param input one row, as of `inputAt`.
 * @returns one attribution a level, ascending.
 * @throws BallastError `MODEL_SIZE`.
 */
export function attributePeg(
  model: PegModel,
  weights: Float64Array,
  numbers: PublicNumbers,
  input: ForecastInput,
): QuantileAttribution[] {
  const quantiles = forecastQuantiles(model, weights, numbers, input);
  const d = input.deviation[0] ?? Number.NaN;
  const share = modelShare(numbers.anchor, input.scale[0] ?? Number.NaN);
  const unit = (input.scale[0] ?? Number.NaN) * share;
  const free = (input.scale[0] ?? Number.NaN) * (1 - share);
  const x = input.x.slice(0, model.inputs);
  const zero = predictScaled(model, weights, new Float64Array(model.inputs));
  return QUANTILE_LEVELS.map((level, q) => {
    const terms = [
      { name: 'last-deviation', value: d },
      { name: 'scaled-persistence', value: free * (numbers.scaledPersistence[q] ?? Number.NaN) },
      { name: 'constant', value: unit * (zero[branch(zero, q)] ?? Number.NaN) },
    ];
    const held = branch(predictScaled(model, weights, x), q);
    const values = featureValues(model, weights, x, q).map((value) => unit * value);
    return {
      level,
      heldAt: QUANTILE_LEVELS[held] ?? Number.NaN,
      ...attribute(quantiles[q] ?? Number.NaN, terms, pegFeatures(model.horizon), x, values),
    };
  });
}

/**
 * Exact Shapley values of whole groups of features for one level, bp: what a group adds to the level, averaged over all
 * orders in which groups may come in from zero. They sum to the same as `attributePeg`'s contributions; of a linear
 * head that holds no level they are the same.
 *
 * @throws BallastError `MODEL_SIZE`.
 */
export function shapleyOfPeg(
  model: PegModel,
  weights: Float64Array,
  numbers: PublicNumbers,
  input: ForecastInput,
  level: (typeof QUANTILE_LEVELS)[number],
): { readonly group: FeatureGroup; readonly value: number }[] {
  const q = QUANTILE_LEVELS.indexOf(level);
  const groupOfColumn = pegFeatures(model.horizon).map(({ name }) => groupOf(name));
  const players = FEATURE_GROUPS.filter((group) => groupOfColumn.includes(group));
  const scale = input.scale[0] ?? Number.NaN;
  const unit = scale * modelShare(numbers.anchor, scale);
  const values = shapleyValues(players.length, (coalition) => {
    const x = input.x
      .slice(0, model.inputs)
      .map((value, j) =>
        ((coalition >> players.indexOf(groupOfColumn[j] ?? 'other')) & 1) === 1 ? value : 0,
      );
    const f = predictScaled(model, weights, x);
    return unit * (f[branch(f, q)] ?? Number.NaN);
  });
  return players.map((group, i) => ({ group, value: values[i] ?? Number.NaN }));
}

/** Whose output level q gives: its own, or the median's where it would pass it. */
function branch(f: Float64Array, q: number): number {
  const [own, median] = [f[q]!, f[MEDIAN]!];
  return (q < MEDIAN && own > median) || (q > MEDIAN && own < median) ? MEDIAN : q;
}

/** Of f, not yet in bp. */
function featureValues(model: PegModel, weights: Float64Array, x: Float64Array, q: number): Float64Array {
  const f = predictScaled(model, weights, x);
  if (model.spec.kind === 'linear') {
    // f is homogeneous: whichever output is held at x is held all the way from zero.
    const from = branch(f, q);
    return x.map((value, j) => value * weights[j * QUANTILE_LEVELS.length + from]!);
  }
  const value = (at: Float64Array) => {
    const outputs = predictScaled(model, weights, at);
    return outputs[branch(outputs, q)]!;
  };
  const gradient = (at: Float64Array) =>
    slopes(model, weights, at, branch(predictScaled(model, weights, at), q));
  return integratedGradients({ value, gradient }, x, PATH_TOLERANCE * (1 + Math.abs(value(x)))).values;
}

/** ∂f_q/∂x of a hidden layer: Σ_u H_ju (1 − tanh²(x·H_u)) O_uq. */
function slopes(model: PegModel, weights: Float64Array, x: Float64Array, q: number): Float64Array {
  const units = model.spec.kind === 'mlp' ? model.spec.hidden : 0;
  const { inputs } = model;
  const out = new Float64Array(inputs);
  for (let u = 0; u < units; u++) {
    let sum = 0;
    for (let j = 0; j < inputs; j++) sum += x[j]! * weights[j * units + u]!;
    const tanh = Math.tanh(sum);
    const slope = (1 - tanh * tanh) * weights[inputs * units + u * QUANTILE_LEVELS.length + q]!;
    for (let j = 0; j < inputs; j++) out[j]! += slope * weights[j * units + u]!;
  }
  return out;
}
