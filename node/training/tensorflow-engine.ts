import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { BallastError } from '../../protocol/errors.ts';
import { type ExampleSet, type RiskExamples, ROWS_PER_RECORD } from '../features/index.ts';
import { type PegModel, QUANTILE_LEVELS, RISK_TARGETS, type RiskModel, riskScales } from '../models/index.ts';
import type { RecordGradients, TrainingEngine } from './engine.ts';

/** Backends of TensorFlow.js, fastest first. */
export const TENSORFLOW_BACKENDS = ['node-gpu', 'node', 'wasm', 'cpu'] as const;
export type TensorFlowBackend = (typeof TENSORFLOW_BACKENDS)[number];

/** An engine, and what was tried before it. */
export type TensorFlowEngine = TrainingEngine & {
  readonly backend: TensorFlowBackend;
  /** Backends that did not load, and why. */
  readonly unavailable: readonly { readonly backend: TensorFlowBackend; readonly reason: string }[];
};

/**
 * The first of `candidates` that loads. TensorFlow.js has one backend a thread: a second call in the same thread
 * changes the backend of engines made before it.
 *
 * Arithmetic is float32; gradients are clipped and put on the grid in float64 afterwards, so that no bound depends
 * on it.
 *
 * @throws BallastError `ENGINE_UNAVAILABLE` when none loads.
 */
export async function createTensorFlowEngine(
  candidates: readonly TensorFlowBackend[] = TENSORFLOW_BACKENDS,
): Promise<TensorFlowEngine> {
  // Without it the cpu backend prints an advertisement.
  tf.enableProdMode();
  const unavailable: { backend: TensorFlowBackend; reason: string }[] = [];
  for (const backend of candidates) {
    try {
      await LOADERS[backend]();
      await tf.ready();
      return { name: `tfjs-${backend}`, backend, unavailable, open, openRisk };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      unavailable.push({ backend, reason: reason.split('\n')[0] ?? reason });
    }
  }
  throw new BallastError(
    'ENGINE_UNAVAILABLE',
    `TensorFlow.js backend: got ${unavailable.map(({ backend, reason }) => `${backend} (${reason})`).join(', ')}, expected one that loads`,
    { metadata: { unavailable }, hint: 'use the engine "float64", which needs no library' },
  );
}

const LOADERS: Readonly<Record<TensorFlowBackend, () => Promise<void>>> = {
  'node-gpu': () => nativeBackend('@tensorflow/tfjs-node-gpu'),
  node: () => nativeBackend('@tensorflow/tfjs-node'),
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    // The binaries lie beside the entry point, wherever the package was installed.
    setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    await select('wasm');
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await select('cpu');
  },
};

/** Optional packages: whoever wants them installs them beside this one. */
async function nativeBackend(name: string): Promise<void> {
  await import(name);
  await select('tensorflow');
}

async function select(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`backend ${backend} did not start`);
}

/**
 * All records at once: with X [records, rows, inputs], days padded to one length and padding masked out, the
 * gradients of a layer are one batched product Xᵀ·S, S the slopes of the loss.
 */
function open(model: PegModel, examples: ExampleSet): RecordGradients {
  const { records, width } = examples;
  const outputs = QUANTILE_LEVELS.length;
  if (records === 0) return { perRecord: () => new Float64Array(0), dispose: () => {} };
  const { rows, weight, padded } = pad(examples);
  const [x, y] = [padded(examples.x), padded(examples.y)];
  const held = {
    x: tf.tensor2d(x, [records * rows, width]),
    y: tf.tensor2d(y, [records * rows, 1]),
    weight: tf.tensor2d(weight, [records * rows, 1]),
    levels: tf.tensor2d([...QUANTILE_LEVELS], [1, outputs]),
  };
  const slopes = (f: tf.Tensor2D): tf.Tensor2D => {
    const above = tf.cast(tf.greater(f, held.y), 'float32');
    return tf.mul(tf.sub(above, held.levels), held.weight);
  };
  const perRecordProduct = (a: tf.Tensor2D, b: tf.Tensor2D) => productByRecord(a, b, records);
  const linear = (weights: Float64Array): tf.Tensor2D => {
    const w = tf.tensor2d(Float32Array.from(weights), [width, outputs]);
    return perRecordProduct(held.x, slopes(tf.matMul(held.x, w)));
  };
  const mlp = (weights: Float64Array, units: number): tf.Tensor2D => {
    const hidden = tf.tensor2d(Float32Array.from(weights.subarray(0, width * units)), [width, units]);
    const rest = Float32Array.from(weights.subarray(width * units));
    const output = tf.tensor2d(rest.subarray(0, units * outputs), [units, outputs]);
    const bias = tf.tensor2d(rest.subarray(units * outputs), [1, outputs]);
    const activation: tf.Tensor2D = tf.tanh(tf.matMul(held.x, hidden));
    const slope = slopes(tf.add(tf.matMul(activation, output), bias));
    const back: tf.Tensor2D = tf.mul(tf.matMul(slope, output, false, true), tf.sub(1, tf.square(activation)));
    const ones: tf.Tensor2D = tf.ones([records * rows, 1]);
    const outer = perRecordProduct(tf.concat([activation, ones], 1), slope);
    return tf.concat([perRecordProduct(held.x, back), outer], 1);
  };
  return {
    perRecord: (weights) => {
      const { spec } = model;
      const gradients = tf.tidy(() => (spec.kind === 'linear' ? linear(weights) : mlp(weights, spec.hidden)));
      const values = Float64Array.from(gradients.dataSync());
      gradients.dispose();
      return values;
    },
    dispose: () => tf.dispose(held),
  };
}

/** As above; its forecasts are the EWMA baseline's plus the features' linear terms, and its slopes those of both losses. */
function openRisk(model: RiskModel, examples: RiskExamples): RecordGradients {
  const { records, width } = examples;
  const outputs = RISK_TARGETS.length;
  if (records === 0) return { perRecord: () => new Float64Array(0), dispose: () => {} };
  const { rows, weight, padded } = pad(examples);
  const { base, gains, lossGains, targets } = riskScales(model.numbers, examples);
  const columns = (values: Float64Array) => tf.tensor2d(padded(values), [records * rows, outputs]);
  const held = {
    x: tf.tensor2d(padded(examples.x), [records * rows, width]),
    base: columns(base),
    targets: columns(targets),
    weight: tf.tensor2d(weight, [records * rows, 1]),
    gains: tf.tensor2d([...gains], [1, outputs]),
    lossGains: tf.tensor2d([...lossGains], [1, outputs]),
  };
  const gradients = (weights: Float64Array): tf.Tensor2D => {
    const w = tf.tensor2d(Float32Array.from(weights), [width, outputs]);
    const f: tf.Tensor2D = tf.add(held.base, tf.mul(tf.matMul(held.x, w), held.gains));
    const logit = tf.slice2d(f, [0, 0], [-1, 1]);
    const volatility = tf.slice2d(f, [0, 1], [-1, 1]);
    const told: tf.Tensor2D = tf.concat([tf.sigmoid(logit), volatility], 1);
    const slope: tf.Tensor2D = tf.mul(tf.mul(tf.sub(told, held.targets), held.lossGains), held.weight);
    return productByRecord(held.x, slope, records);
  };
  return {
    perRecord: (weights) => {
      const result = tf.tidy(() => gradients(weights));
      const values = Float64Array.from(result.dataSync());
      result.dispose();
      return values;
    },
    dispose: () => tf.dispose(held),
  };
}

/** aᵀb of each record: both [records · rows, columns]; the result is [records, columns of a · columns of b]. */
function productByRecord(a: tf.Tensor2D, b: tf.Tensor2D, records: number): tf.Tensor2D {
  const [inner, columns] = [a.shape[1], b.shape[1]];
  const rows = a.shape[0] / records;
  const product = tf.matMul(
    tf.reshape(a, [records, rows, inner]),
    tf.reshape(b, [records, rows, columns]),
    true,
    false,
  );
  return tf.reshape(product, [records, inner * columns]);
}

/** Records padded with zero rows to the longest; `weight` is 1 / rows of the record, and 0 on padding. */
function pad({ records, rows: count, recordStart }: Pick<ExampleSet, 'records' | 'rows' | 'recordStart'>) {
  let rows = ROWS_PER_RECORD;
  for (let r = 0; r < records; r++) rows = Math.max(rows, recordStart[r + 1]! - recordStart[r]!);
  const weight = new Float32Array(records * rows);
  for (let r = 0; r < records; r++) {
    const length = recordStart[r + 1]! - recordStart[r]!;
    weight.fill(1 / length, r * rows, r * rows + length);
  }
  /** A column, or several, row-major. */
  const padded = (values: Float64Array): Float32Array => {
    const width = values.length / count;
    const out = new Float32Array(records * rows * width);
    for (let r = 0; r < records; r++) {
      out.set(values.subarray(recordStart[r]! * width, recordStart[r + 1]! * width), r * rows * width);
    }
    return out;
  };
  return { rows, weight, padded };
}
