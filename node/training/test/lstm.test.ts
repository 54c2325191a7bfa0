import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { createPrng } from '../../data/index.ts';
import { pinball } from '../../models/index.ts';
import {
  createLstm,
  initialLstmWeights,
  type LstmExamples,
  type LstmModel,
  PEG_LSTM,
  predictLstm,
} from '../../models/lstm/index.ts';
import { createEngine } from '../index.ts';
import { float64Lstm } from '../lstm-gradients.ts';
import { LSTM_TRAINING, trainLstm } from '../lstm-training.ts';
import { tensorflowLstm } from '../tensorflow-lstm.ts';

const small = createLstm({ inputs: 3, steps: 5, units: [4, 3], outputs: 2 });

function examplesOf({ spec }: LstmModel, rows: number): LstmExamples {
  const prng = createPrng(9);
  const hours = rows + spec.steps;
  return {
    rows,
    channels: Float64Array.from({ length: hours * spec.inputs }, () => prng.normal()),
    start: Uint32Array.from({ length: rows }, (_, i) => i),
    y: Float64Array.from({ length: rows * spec.outputs }, () => prng.normal()),
    levels: Array.from({ length: spec.outputs }, (_, q) => (q + 1) / (spec.outputs + 1)),
  };
}

function weightsOf(model: LstmModel): Float64Array {
  const prng = createPrng(4);
  return initialLstmWeights(model, prng.uniform).map((w) => w + 0.2 * prng.normal());
}

const rowsOf = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

describe('lstm', () => {
  it('of the published size has 123,721 weights', () => {
    const model = createLstm(PEG_LSTM);
    expect(model.size).to.equal(123_721);
    expect(model.layout.tensors.map(({ shape }) => shape)).to.deep.equal([
      [15, 512],
      [128, 512],
      [512],
      [128, 256],
      [64, 256],
      [256],
      [64, 9],
      [9],
    ]);
  });

  it('agrees in float64 with finite differences, unknown labels left out', () => {
    const set = examplesOf(small, 4);
    set.y[3] = Number.NaN;
    const weights = weightsOf(small);
    const lossOf = (own: Float64Array) => {
      const windows = new Float64Array(4 * 15);
      for (let i = 0; i < 4; i++) windows.set(set.channels.subarray(3 * i, 3 * i + 15), 15 * i);
      return predictLstm(small, own, windows).reduce((sum, told, k) => {
        const actual = set.y[k] ?? Number.NaN;
        return Number.isNaN(actual) ? sum : sum + pinball(set.levels[k % 2] ?? 0, told, actual) / 4;
      }, 0);
    };
    const gradient = float64Lstm(small, set).batch(weights, rowsOf(4));
    const h = 1e-6;
    for (let j = 0; j < small.size; j++) {
      const at = (shift: number) => lossOf(weights.map((w, i) => (i === j ? w + shift : w)));
      expect(gradient[j]).to.be.closeTo((at(h) - at(-h)) / (2 * h), 1e-7);
    }
  });

  it('gives the same gradients over TensorFlow.js to 1e-5, at the published size too, and leaks no tensor', async () => {
    await createEngine('tfjs');
    for (const [model, count] of [
      [small, 6],
      [createLstm({ ...PEG_LSTM, steps: 6 }), 3],
    ] as const) {
      const set = examplesOf(model, count);
      const weights = weightsOf(model);
      const expected = float64Lstm(model, set).batch(weights, rowsOf(count));
      const before = tf.memory().numTensors;
      const own = tensorflowLstm(model, set);
      const given = own.batch(weights, rowsOf(count));
      const worst = given.reduce(
        (most, g, j) => Math.max(most, Math.abs(g - (expected[j] ?? Number.NaN))),
        0,
      );
      expect(worst).to.be.lessThan(1e-5);
      own.dispose();
      expect(tf.memory().numTensors).to.equal(before);
    }
  });

  it('trains to equal bits from equal seeds, stops on the public loss and gives the best epoch’s weights', () => {
    const set = examplesOf(small, 40);
    const options = { ...LSTM_TRAINING, batch: 10, patience: 3 };
    const told: { epoch: number; weights: Float64Array }[] = [];
    // Gets better for four epochs, and never again.
    const publicLoss = (weights: Float64Array) => {
      told.push({ epoch: told.length, weights: Float64Array.from(weights) });
      return Math.abs(told.length - 5);
    };
    const start = initialLstmWeights(small, createPrng(1).uniform);
    const train = () => {
      told.length = 0;
      return trainLstm(
        float64Lstm(small, set),
        start,
        rowsOf(40),
        publicLoss,
        options,
        createPrng(2).uniform,
      );
    };
    const run = train();
    expect(run.bestEpoch).to.equal(4);
    expect(run.losses).to.have.length(7);
    expect(run.weights).to.deep.equal(told[4]?.weights);
    expect(run.weights).not.to.deep.equal(told[7]?.weights);
    expect(train().weights).to.deep.equal(run.weights);
  });

  it('refuses sizes that are none', () => {
    expect(() => createLstm({ ...PEG_LSTM, steps: 0 }))
      .to.throw()
      .with.property('code', 'MODEL_SPEC');
    expect(() => createLstm({ ...PEG_LSTM, units: [128, 2_000] }))
      .to.throw()
      .with.property('code', 'MODEL_SPEC');
    expect(() => predictLstm(small, weightsOf(small), new Float64Array(14)))
      .to.throw()
      .with.property('code', 'MODEL_SIZE');
    const act = () =>
      trainLstm(
        float64Lstm(small, examplesOf(small, 1)),
        weightsOf(small),
        rowsOf(0),
        () => 0,
        LSTM_TRAINING,
        () => 0,
      );
    expect(act).to.throw().with.property('code', 'TRAINING_OPTION');
  });
});
