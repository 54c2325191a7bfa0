import * as tf from '@tensorflow/tfjs-core';
import type { LstmExamples, LstmLayer, LstmModel } from '../models/lstm/index.ts';
import type { LstmGradients } from './lstm-gradients.ts';

/** What a layer computed at each step for a batch. */
type Pass = {
  /** Rows of all steps, the oldest first: [steps · batch, inputs]. */
  readonly input: tf.Tensor2D;
  /** [batch, units] each; cells and outputs have the zeros before the first step in front. */
  readonly steps: readonly { readonly gates: readonly tf.Tensor2D[]; readonly tanhCell: tf.Tensor2D }[];
  readonly cells: readonly tf.Tensor2D[];
  readonly given: readonly tf.Tensor2D[];
};

type Weights = { readonly kernel: tf.Tensor2D; readonly recurrent: tf.Tensor2D; readonly bias: tf.Tensor1D };

/**
 * Back-propagation through time over TensorFlow.js, whatever backend is set: a batch at once, products with the inputs
 * and of all weight gradients of a layer in one matrix product each. The slopes are written out, since the library's
 * own differentiation is not in the part of it that is installed. Arithmetic is float32.
 */
export function tensorflowLstm(model: LstmModel, examples: LstmExamples): LstmGradients {
  const { spec, layers, head } = model;
  const gradient = new Float64Array(model.size);
  const levels = tf.tensor2d([...examples.levels], [1, spec.outputs]);
  return {
    batch: (weights, rows) => {
      tf.tidy(() => {
        const of = (at: number, shape: [number, number]): tf.Tensor2D =>
          tf.tensor2d(Float32Array.from(weights.subarray(at, at + shape[0] * shape[1])), shape);
        const own = layers.map((layer) => weightsOf(layer, weights, of));
        const headWeight = of(head.weight, [spec.units[1], spec.outputs]);
        const headBias = of(head.bias, [1, spec.outputs]);
        const passes: Pass[] = [];
        let input = gather(model, examples, rows);
        for (const [l, layer] of layers.entries()) {
          const pass = forward(layer, own[l]!, input, spec.steps, rows.length);
          passes.push(pass);
          input = tf.concat2d(pass.given.slice(1), 0);
        }
        const last = passes.at(-1)!.given.at(-1)!;
        const told: tf.Tensor2D = tf.add(tf.matMul(last, headWeight), headBias);
        const slopes = pinballSlopes(told, labels(model, examples, rows), levels, rows.length);
        put(gradient, head.weight, tf.matMul(last, slopes, true, false));
        put(gradient, head.bias, tf.sum(slopes, 0));
        const atLast: tf.Tensor2D = tf.matMul(slopes, headWeight, false, true);
        let back: (tf.Tensor2D | undefined)[] = passes
          .at(-1)!
          .steps.map((_, t) => (t === spec.steps - 1 ? atLast : undefined));
        for (let l = layers.length - 1; l >= 0; l--) {
          const dz = backward(own[l]!, passes[l]!, back);
          const all = tf.concat2d(dz, 0);
          const { kernel, recurrent, bias } = layers[l]!;
          put(gradient, kernel, tf.matMul(passes[l]!.input, all, true, false));
          put(
            gradient,
            recurrent,
            tf.matMul(tf.concat2d(passes[l]!.given.slice(0, -1), 0), all, true, false),
          );
          put(gradient, bias, tf.sum(all, 0));
          if (l > 0)
            back = tf.split(tf.matMul(all, own[l]!.kernel, false, true), spec.steps, 0) as tf.Tensor2D[];
        }
      });
      return gradient;
    },
    dispose: () => levels.dispose(),
  };
}

function weightsOf(
  { inputs, units, kernel, recurrent, bias }: LstmLayer,
  weights: Float64Array,
  of: (at: number, shape: [number, number]) => tf.Tensor2D,
): Weights {
  return {
    kernel: of(kernel, [inputs, 4 * units]),
    recurrent: of(recurrent, [units, 4 * units]),
    bias: tf.tensor1d(Float32Array.from(weights.subarray(bias, bias + 4 * units))),
  };
}

function forward({ units }: LstmLayer, w: Weights, input: tf.Tensor2D, steps: number, batch: number): Pass {
  const ahead = tf.split(tf.add(tf.matMul(input, w.kernel), w.bias), steps, 0) as tf.Tensor2D[];
  const cells: tf.Tensor2D[] = [tf.zeros([batch, units])];
  const given: tf.Tensor2D[] = [tf.zeros([batch, units])];
  const done: { gates: tf.Tensor2D[]; tanhCell: tf.Tensor2D }[] = [];
  for (let t = 0; t < steps; t++) {
    const z: tf.Tensor2D = tf.add(ahead[t]!, tf.matMul(given[t]!, w.recurrent));
    const [zi, zf, zc, zo] = tf.split(z, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const gates: tf.Tensor2D[] = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zc), tf.sigmoid(zo)];
    const [i, f, c, o] = gates as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const cell: tf.Tensor2D = tf.add(tf.mul(f, cells[t]!), tf.mul(i, c));
    const tanhCell: tf.Tensor2D = tf.tanh(cell);
    cells.push(cell);
    given.push(tf.mul(o, tanhCell));
    done.push({ gates, tanhCell });
  }
  return { input, steps: done, cells, given };
}

/** Slopes in the gates before their functions, by step: [batch, 4 · units]. */
function backward(
  w: Weights,
  { steps, cells }: Pass,
  back: readonly (tf.Tensor2D | undefined)[],
): tf.Tensor2D[] {
  const out: tf.Tensor2D[] = [];
  let fromNext: tf.Tensor2D | undefined;
  let carried: tf.Tensor2D | undefined;
  for (let t = steps.length - 1; t >= 0; t--) {
    const { gates, tanhCell } = steps[t]!;
    const [i, f, c, o] = gates as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const dh = plus(back[t], fromNext);
    if (dh === undefined) throw new RangeError('lstm: got no slope at the last step');
    const through: tf.Tensor2D = tf.mul(tf.mul(dh, o), tf.sub(1, tf.square(tanhCell)));
    const dc = plus(through, carried) ?? through;
    const bend = (gate: tf.Tensor2D): tf.Tensor2D => tf.mul(gate, tf.sub(1, gate));
    const dz: tf.Tensor2D = tf.concat2d(
      [
        tf.mul(tf.mul(dc, c), bend(i)),
        tf.mul(tf.mul(dc, cells[t]!), bend(f)),
        tf.mul(tf.mul(dc, i), tf.sub(1, tf.square(c))),
        tf.mul(tf.mul(dh, tanhCell), bend(o)),
      ] as tf.Tensor2D[],
      1,
    );
    carried = tf.mul(dc, f);
    fromNext = tf.matMul(dz, w.recurrent, false, true);
    out.unshift(dz);
  }
  return out;
}

function plus(a: tf.Tensor2D | undefined, b: tf.Tensor2D | undefined): tf.Tensor2D | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return tf.add(a, b);
}

function pinballSlopes(
  told: tf.Tensor2D,
  y: { value: tf.Tensor2D; known: tf.Tensor2D },
  levels: tf.Tensor2D,
  rows: number,
): tf.Tensor2D {
  const above = tf.cast(tf.greater(told, y.value), 'float32');
  return tf.mul(tf.mul(tf.sub(above, levels), y.known), 1 / rows);
}

/** Windows of a batch, step by step: [steps · batch, inputs]. */
function gather({ spec }: LstmModel, { channels, start }: LstmExamples, rows: Uint32Array): tf.Tensor2D {
  const { inputs, steps } = spec;
  const out = new Float32Array(steps * rows.length * inputs);
  for (let t = 0; t < steps; t++) {
    for (let b = 0; b < rows.length; b++) {
      const from = (start[rows[b]!]! + t) * inputs;
      const to = (t * rows.length + b) * inputs;
      for (let j = 0; j < inputs; j++) out[to + j] = channels[from + j]!;
    }
  }
  return tf.tensor2d(out, [steps * rows.length, inputs]);
}

function labels({ spec }: LstmModel, { y }: LstmExamples, rows: Uint32Array) {
  const value = new Float32Array(rows.length * spec.outputs);
  const known = new Float32Array(rows.length * spec.outputs);
  for (let b = 0; b < rows.length; b++) {
    for (let q = 0; q < spec.outputs; q++) {
      const own = y[rows[b]! * spec.outputs + q]!;
      const at = b * spec.outputs + q;
      known[at] = Number.isNaN(own) ? 0 : 1;
      value[at] = Number.isNaN(own) ? 0 : own;
    }
  }
  const shape: [number, number] = [rows.length, spec.outputs];
  return { value: tf.tensor2d(value, shape), known: tf.tensor2d(known, shape) };
}

function put(gradient: Float64Array, at: number, tensor: tf.Tensor): void {
  gradient.set(tensor.dataSync(), at);
}
