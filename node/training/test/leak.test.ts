import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { createPrng, generateVenue } from '../../data/index.ts';
import { buildExamples, computeFeatures, withMirror } from '../../features/index.ts';
import { createPegModel, genesisWeights } from '../../models/index.ts';
import { createEngine } from '../index.ts';

describe('tensors', () => {
  it('do not grow in number or bytes over 1,000 training steps', async () => {
    const engine = await createEngine('tfjs');
    const table = computeFeatures(generateVenue(3, 1, 20));
    const examples = withMirror(
      buildExamples(table, { from: table.startHour + 15 * 24, to: table.startHour + 17 * 24 }),
    );
    expect(examples.records).to.equal(2);
    for (const model of [createPegModel({ kind: 'linear' }), createPegModel({ kind: 'mlp', hidden: 8 })]) {
      const empty = tf.memory().numTensors;
      const open = engine.open(model, examples);
      const prng = createPrng(1);
      const weights = genesisWeights(model).map((w) => w + 0.1 * prng.normal());
      open.perRecord(weights);
      const { numTensors, numBytes } = tf.memory();
      for (let k = 0; k < 500; k++) {
        const gradient = open.perRecord(weights);
        for (let j = 0; j < weights.length; j++) weights[j] = (weights[j] ?? 0) - 1e-3 * (gradient[j] ?? 0);
        expect(tf.memory().numTensors).to.equal(numTensors);
      }
      expect(tf.memory().numBytes).to.equal(numBytes);
      open.dispose();
      expect(tf.memory().numTensors).to.equal(empty);
    }
  });
});
