import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { createPrng, generateVenue } from '../../data/index.ts';
import { buildExamples, computeFeatures, type ExampleSet, withMirror } from '../../features/index.ts';
import {
  createPegModel,
  genesisWeights,
  type PegModel,
  pinball,
  predictScaled,
  QUANTILE_LEVELS,
} from '../../models/index.ts';
import {
  createEngine,
  type EngineName,
  float64Engine,
  TRAINING_DEFAULTS,
  trainLocally,
  trainScaffold,
} from '../index.ts';

const table = computeFeatures(generateVenue(3, 1, 40));
// Begins and ends inside a day: ragged records.
const plain = buildExamples(table, {
  from: table.startHour + 15 * 24 + 7,
  to: table.startHour + 30 * 24 + 5,
});
const examples = withMirror(plain);
const models = [createPegModel({ kind: 'linear' }), createPegModel({ kind: 'mlp', hidden: 4 })];

function someWeights(model: PegModel): Float64Array {
  const prng = createPrng(11);
  return genesisWeights(model).map((weight) => weight + 0.3 * prng.normal());
}

/** Mean pinball loss of one record in scaled units, summed over levels. */
function recordLoss(model: PegModel, weights: Float64Array, set: ExampleSet, record: number): number {
  const from = set.recordStart[record] ?? 0;
  const to = set.recordStart[record + 1] ?? 0;
  const f = predictScaled(model, weights, set.x.subarray(from * set.width, to * set.width));
  let sum = 0;
  for (let i = from; i < to; i++) {
    for (const [q, level] of QUANTILE_LEVELS.entries()) {
      sum += pinball(level, f[(i - from) * QUANTILE_LEVELS.length + q] ?? Number.NaN, set.y[i] ?? Number.NaN);
    }
  }
  return sum / (to - from);
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  expect(a.length).to.equal(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

describe('training engines', () => {
  it('are tried on ragged records', () => {
    expect(plain.recordStart[1]).to.equal(17);
    expect(examples.records).to.equal(16);
  });

  for (const model of models) {
    it(`float64 agrees with finite differences (${model.spec.kind})`, () => {
      const weights = someWeights(model);
      const gradients = float64Engine.open(model, examples).perRecord(weights);
      // So small that no row of these records crosses the kink of its loss.
      const h = 1e-7;
      for (const record of [0, 5, 15]) {
        for (let j = 0; j < model.size; j++) {
          const at = (shift: number) =>
            recordLoss(
              model,
              weights.map((w, i) => (i === j ? w + shift : w)),
              examples,
              record,
            );
          const slope = (at(h) - at(-h)) / (2 * h);
          expect(gradients[record * model.size + j]).to.be.closeTo(slope, 1e-6);
        }
      }
    });

    for (const name of ['tfjs-wasm', 'tfjs-cpu'] satisfies EngineName[]) {
      it(`${name} agrees with float64 for every record (${model.spec.kind})`, async () => {
        const engine = await createEngine(name);
        expect(engine.name).to.equal(name);
        const weights = someWeights(model);
        const reference = float64Engine.open(model, examples).perRecord(weights);
        const before = tf.memory().numTensors;
        const open = engine.open(model, examples);
        expect(largestDifference(open.perRecord(weights), reference)).to.be.lessThan(1e-4);
        open.dispose();
        expect(tf.memory().numTensors).to.equal(before);
      });

      it(`${name} trains as float64 does with FedProx and with SCAFFOLD (${model.spec.kind})`, async () => {
        const engine = await createEngine(name);
        const weights = someWeights(model);
        const [reference, other] = [float64Engine, engine].map((each) => {
          const open = each.open(model, examples);
          const options = { ...TRAINING_DEFAULTS, unit: 'none', nominalRecords: 16 } as const;
          const none = () => new Uint8Array();
          const proximal = trainLocally(open, weights, { ...options, proximal: 0.5 }, none);
          const variates = { global: weights.map((w) => 0.1 * w), own: weights.map((w) => -0.2 * w) };
          const scaffold = trainScaffold(open, weights, variates, options, none);
          open.dispose();
          return [proximal, scaffold.weights, scaffold.control];
        });
        for (const [i, part] of (reference ?? []).entries()) {
          expect(largestDifference(other?.[i] ?? new Float64Array(), part)).to.be.lessThan(1e-4);
        }
      });
    }

    it(`float64 agrees with automatic differentiation, record by record (${model.spec.kind})`, () => {
      const weights = someWeights(model);
      const gradients = float64Engine.open(model, examples).perRecord(weights);
      for (const record of [0, 7, 15]) {
        const own = gradients.slice(record * model.size, (record + 1) * model.size);
        expect(largestDifference(own, automatic(model, weights, examples, record))).to.be.lessThan(1e-12);
      }
    });
  }

  it('choose the fastest TensorFlow.js backend that loads', async () => {
    const engine = await createEngine('tfjs');
    expect(engine.name).to.match(/^tfjs-(node-gpu|node|wasm)$/);
  });

  it('accept a set without records', async () => {
    const none = withMirror(buildExamples(table, { from: 0, to: 1 }));
    for (const engine of [float64Engine, await createEngine('tfjs-wasm')]) {
      const [model] = models;
      if (model === undefined) throw new Error('no model');
      expect(engine.open(model, none).perRecord(genesisWeights(model))).to.have.length(0);
    }
  });
});

/** A value and its derivative: forward-mode differentiation (the entry point of tfjs-core has no reverse mode). */
type Dual = readonly [value: number, slope: number];
const add = ([a, da]: Dual, [b, db]: Dual): Dual => [a + b, da + db];
const multiply = ([a, da]: Dual, [b, db]: Dual): Dual => [a * b, a * db + da * b];
const tanh = ([a, da]: Dual): Dual => [Math.tanh(a), da / Math.cosh(a) ** 2];

/** The gradient of one record by differentiating the loss as written down, one weight at a time. */
function automatic(model: PegModel, weights: Float64Array, set: ExampleSet, record: number): Float64Array {
  const from = set.recordStart[record] ?? 0;
  const to = set.recordStart[record + 1] ?? 0;
  return weights.map((_, seed) => {
    const w = (i: number): Dual => [weights[i] ?? Number.NaN, i === seed ? 1 : 0];
    const layer = (inputs: readonly Dual[], at: number, columns: number): Dual[] =>
      Array.from({ length: columns }, (_, c) =>
        inputs.map((input, k) => multiply(input, w(at + k * columns + c))).reduce(add),
      );
    let slope = 0;
    for (let i = from; i < to; i++) {
      const x = Array.from(set.x.subarray(i * set.width, (i + 1) * set.width), (v): Dual => [v, 0]);
      const { spec } = model;
      const outputs = QUANTILE_LEVELS.length;
      const f =
        spec.kind === 'linear'
          ? layer(x, 0, outputs)
          : layer([...layer(x, 0, spec.hidden).map(tanh), [1, 0]], set.width * spec.hidden, outputs);
      for (const [q, level] of QUANTILE_LEVELS.entries()) {
        const [error, errorSlope] = add(
          [set.y[i] ?? Number.NaN, 0],
          multiply([-1, 0], f[q] ?? [Number.NaN, 0]),
        );
        slope += (error >= 0 ? level : level - 1) * errorSlope;
      }
    }
    return slope / (to - from);
  });
}
