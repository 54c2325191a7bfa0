import { createPrng } from '../../../node/data/index.ts';
import { type ExampleSet, withMirror } from '../../../node/features/index.ts';
import { genesisWeights, type PegModel } from '../../../node/models/index.ts';
import { float64Engine } from '../../../node/training/index.ts';

/** Stochastic gradient steps over shuffled rows, all of them public: no record is clipped and nothing is noised. */
export type AdamOptions = {
  readonly epochs: number;
  readonly batch: number;
  /** At the first step; it falls to 0 along a cosine. */
  readonly learningRate: number;
  readonly seed: number;
};

export const ADAM: AdamOptions = { epochs: 20, batch: 256, learningRate: 3e-3, seed: 1 };

/**
 * Weights trained on the rows of `examples` and their mirror images by Adam (Kingma and Ba 2015, Algorithm 1; β 0.9 and
 * 0.999), through the gradients of the project's own engine: a batch is a record of one.
 *
 * @returns `model.size` weights, the same for the same options.
 */
export function trainByAdam(
  model: PegModel,
  examples: ExampleSet,
  { epochs, batch, learningRate, seed }: AdamOptions = ADAM,
): Float64Array {
  const prng = createPrng(seed, 0xada);
  const weights = startOf(model, seed);
  const rows = withMirror(examples);
  const batches = Math.floor(rows.rows / batch);
  const first = new Float64Array(model.size);
  const second = new Float64Array(model.size);
  const order = Uint32Array.from({ length: rows.rows }, (_, i) => i);
  const shuffled = { x: new Float64Array(rows.x.length), y: new Float64Array(rows.rows) };
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, prng.uniform);
    gather(rows, order, shuffled);
    for (let b = 0; b < batches; b++) {
      const gradient = float64Engine
        .open(model, oneRecord(rows, shuffled, b * batch, batch))
        .perRecord(weights);
      const rate = (learningRate * (1 + Math.cos((Math.PI * ++step) / (epochs * batches)))) / 2;
      const [unbias, unbiasSquare] = [1 - 0.9 ** step, 1 - 0.999 ** step];
      for (let j = 0; j < weights.length; j++) {
        const g = gradient[j]!;
        first[j]! += 0.1 * (g - first[j]!);
        second[j]! += 0.001 * (g * g - second[j]!);
        weights[j]! -= (rate * (first[j]! / unbias)) / (Math.sqrt(second[j]! / unbiasSquare) + 1e-8);
      }
    }
  }
  return weights;
}

/** The network's own genesis; the hidden layer of an mlp is drawn from a normal of deviation 1 / √inputs instead. */
function startOf(model: PegModel, seed: number): Float64Array {
  const weights = genesisWeights(model);
  if (model.spec.kind === 'linear') return weights;
  const prng = createPrng(seed, 0x1417);
  for (let i = 0; i < model.inputs * model.spec.hidden; i++) {
    weights[i] = prng.normal() / Math.sqrt(model.inputs);
  }
  return weights;
}

/** Fisher and Yates. */
function shuffle(order: Uint32Array, uniform: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
}

function gather(
  { x, y, width }: ExampleSet,
  order: Uint32Array,
  out: { readonly x: Float64Array; readonly y: Float64Array },
): void {
  for (const [i, from] of order.entries()) {
    out.y[i] = y[from]!;
    for (let j = 0; j < width; j++) out.x[i * width + j] = x[from * width + j]!;
  }
}

/** Rows of a batch; what an engine does not read is left as it is. */
function oneRecord(
  set: ExampleSet,
  { x, y }: { readonly x: Float64Array; readonly y: Float64Array },
  from: number,
  rows: number,
): ExampleSet {
  return {
    ...set,
    records: 1,
    rows,
    x: x.subarray(from * set.width, (from + rows) * set.width),
    y: y.subarray(from, from + rows),
    recordStart: Int32Array.of(0, rows),
  };
}
