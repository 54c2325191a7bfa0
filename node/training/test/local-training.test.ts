import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { l2Norm, noiseMultiplierFor } from '../../../privacy/index.ts';
import { generateVenue } from '../../data/index.ts';
import { buildExamples, computeFeatures, withMirror } from '../../features/index.ts';
import { createPegModel, genesisWeights } from '../../models/index.ts';
import {
  float64Engine,
  type RecordGradients,
  TRAINING_DEFAULTS,
  trainingRelease,
  trainLocally,
} from '../index.ts';

/** A seeded byte stream: SHA-256 in counter mode. */
function seededBytes(seed: string): (length: number) => Uint8Array {
  let counter = 0;
  return (length) => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < length; have += 32) {
      blocks.push(createHash('sha256').update(`${seed}/${counter++}`).digest());
    }
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
  };
}

const model = createPegModel({ kind: 'linear' });
const table = computeFeatures(generateVenue(2, 4, 150));
const all = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const gradients = float64Engine.open(model, withMirror(buildExamples(table, all)));
const genesis = genesisWeights(model);
const options = { ...TRAINING_DEFAULTS, nominalRecords: 100 };

/** Constant gradients, to follow a step by hand. */
function fixed(...rows: number[][]): RecordGradients {
  return { perRecord: () => Float64Array.from(rows.flat()), dispose: () => {} };
}

describe('local training', () => {
  it('clips each record, sums, divides by the public count and steps', () => {
    const two = fixed([3, 4], [0.3, 0]);
    const update = trainLocally(
      two,
      Float64Array.of(1, 1),
      { ...options, unit: 'none', localSteps: 2, learningRate: 0.5, nominalRecords: 10, recordClipNorm: 1 },
      seededBytes('a'),
    );
    expect(update[0]).to.be.closeTo(-2 * 0.05 * (0.6 + 0.3), 1e-12);
    expect(update[1]).to.be.closeTo(-2 * 0.05 * 0.8, 1e-12);
  });

  it('lowers the loss of the next gradient, and the three units agree but for the noise', () => {
    const plain = trainLocally(gradients, genesis, { ...options, unit: 'none' }, seededBytes('b'));
    const node = trainLocally(gradients, genesis, { ...options, unit: 'node' }, seededBytes('b'));
    const noisy = trainLocally(gradients, genesis, options, seededBytes('b'));
    expect(Array.from(node)).to.deep.equal(Array.from(plain));
    const noise = l2Norm(noisy.map((value, j) => value - (plain[j] ?? Number.NaN)));
    // σ·C·lr/nominal per step and coordinate; √(4 steps · 33 weights) in norm, and the path bends a little.
    const expected = ((8 * options.learningRate) / 100) * Math.sqrt(4 * 33);
    expect(noise / expected).to.be.within(0.6, 1.5);
  });

  it('is the same for the same bytes and another for others', () => {
    const once = trainLocally(gradients, genesis, options, seededBytes('c'));
    expect(trainLocally(gradients, genesis, options, seededBytes('c'))).to.deep.equal(once);
    expect(trainLocally(gradients, genesis, options, seededBytes('d'))).not.to.deep.equal(once);
  });

  it('noises an empty node like any other, so that emptiness does not show', () => {
    const update = trainLocally(fixed(), new Float64Array(33), options, seededBytes('e'));
    expect(l2Norm(update)).to.be.greaterThan(0.1);
  });

  it('moves by at most the clip norm when a record is added', () => {
    const rows = [
      [0.1, 0.2],
      [5, -7],
    ];
    const step = { ...options, unit: 'none', localSteps: 1, learningRate: 1, nominalRecords: 1 } as const;
    const w = new Float64Array(2);
    const without = trainLocally(fixed(rows[0] ?? []), w, step, seededBytes('f'));
    const withIt = trainLocally(fixed(...rows), w, step, seededBytes('f'));
    expect(l2Norm(withIt.map((v, j) => v - (without[j] ?? 0)))).to.be.at.most(step.recordClipNorm + 1e-12);
  });

  it('says what it releases', () => {
    expect(trainingRelease(options)).to.deep.equal({
      unit: 'record',
      relation: 'add-remove',
      sensitivity: 1,
      noiseMultiplier: 8,
      releases: 4,
    });
    expect(trainingRelease({ ...options, unit: 'node' })).to.include({ unit: 'node', releases: 1 });
    expect(trainingRelease({ ...options, unit: 'none' })).to.deep.equal({ unit: 'none', releases: 1 });
  });

  it('keeps ten rounds of the defaults inside their budget', () => {
    const least = noiseMultiplierFor({
      epsilon: TRAINING_DEFAULTS.epsilonBudget,
      delta: TRAINING_DEFAULTS.delta,
      releases: 10 * TRAINING_DEFAULTS.localSteps,
      relation: 'add-remove',
    });
    expect(TRAINING_DEFAULTS.noiseMultiplier).to.be.at.least(least);
  });

  it('refuses options without meaning and stops when told to', () => {
    const run = (change: object, signal?: AbortSignal) => () =>
      trainLocally(gradients, genesis, { ...options, ...change }, seededBytes('g'), signal);
    expect(run({ localSteps: 0 }))
      .to.throw()
      .with.property('code', 'TRAINING_OPTION');
    expect(run({ nominalRecords: 0 }))
      .to.throw()
      .with.property('code', 'TRAINING_OPTION');
    expect(run({ learningRate: Number.NaN }))
      .to.throw()
      .with.property('code', 'TRAINING_OPTION');
    expect(run({ noiseMultiplier: 0 }))
      .to.throw()
      .with.property('code', 'PRIVACY_PARAMETER');
    expect(run({}, AbortSignal.abort())).to.throw().with.property('name', 'AbortError');
  });
});
