import * as tf from '@tensorflow/tfjs-core';
import type { ExampleSet, RiskExamples } from '../../../node/features/index.ts';
import { type PegModel, QUANTILE_LEVELS, type RiskModel, riskScales } from '../../../node/models/index.ts';
import type { PlainGradient } from './plain-float64.ts';

// The mean gradient of all rows as one product Xᵀ·S, on the backend that the engine chose.

export function plainPeg(model: PegModel, { rows, width, x: inputs, y: labels }: ExampleSet): PlainGradient {
  const outputs = QUANTILE_LEVELS.length;
  const x = tf.tensor2d(Float32Array.from(inputs), [rows, width]);
  const y = tf.tensor2d(Float32Array.from(labels), [rows, 1]);
  const levels = tf.tensor2d([...QUANTILE_LEVELS], [1, outputs]);
  const slopes = (f: tf.Tensor2D): tf.Tensor2D =>
    tf.div(tf.sub(tf.cast(tf.greater(f, y), 'float32'), levels), rows);
  const linear = (weights: Float64Array): tf.Tensor => {
    const w = tf.tensor2d(Float32Array.from(weights), [width, outputs]);
    return tf.matMul(x, slopes(tf.matMul(x, w)), true, false);
  };
  const ones = tf.ones([rows, 1]);
  const mlp = (weights: Float64Array, units: number): tf.Tensor => {
    const hidden = tf.tensor2d(Float32Array.from(weights.subarray(0, width * units)), [width, units]);
    const rest = Float32Array.from(weights.subarray(width * units));
    const output = tf.tensor2d(rest.subarray(0, units * outputs), [units, outputs]);
    const bias = tf.tensor2d(rest.subarray(units * outputs), [1, outputs]);
    const activation: tf.Tensor2D = tf.tanh(tf.matMul(x, hidden));
    const slope = slopes(tf.add(tf.matMul(activation, output), bias));
    const back: tf.Tensor2D = tf.mul(tf.matMul(slope, output, false, true), tf.sub(1, tf.square(activation)));
    const outer = tf.matMul(tf.concat([activation, ones], 1) as tf.Tensor2D, slope, true, false);
    return tf.concat([tf.reshape(tf.matMul(x, back, true, false), [-1]), tf.reshape(outer, [-1])]);
  };
  return (weights) =>
    read(() => (model.spec.kind === 'linear' ? linear(weights) : mlp(weights, model.spec.hidden)));
}

export function plainRisk(model: RiskModel, examples: RiskExamples): PlainGradient {
  const { rows, width } = examples;
  const scales = riskScales(model.numbers, examples);
  const x = tf.tensor2d(Float32Array.from(examples.x), [rows, width]);
  const base = tf.tensor2d(Float32Array.from(scales.base), [rows, 2]);
  const targets = tf.tensor2d(Float32Array.from(scales.targets), [rows, 2]);
  const gains = tf.tensor2d([...scales.gains], [1, 2]);
  const lossGains = tf.tensor2d([...scales.lossGains], [1, 2]);
  return (weights) =>
    read(() => {
      const w = tf.tensor2d(Float32Array.from(weights), [width, 2]);
      const f: tf.Tensor2D = tf.add(base, tf.mul(tf.matMul(x, w), gains));
      const told: tf.Tensor2D = tf.concat(
        [tf.sigmoid(tf.slice2d(f, [0, 0], [-1, 1])), tf.slice2d(f, [0, 1], [-1, 1])],
        1,
      );
      const slope: tf.Tensor2D = tf.div(tf.mul(tf.sub(told, targets), lossGains), rows);
      return tf.matMul(x, slope, true, false);
    });
}

function read(gradient: () => tf.Tensor): Float64Array {
  const result = tf.tidy(gradient);
  const values = Float64Array.from(result.dataSync());
  result.dispose();
  return values;
}
