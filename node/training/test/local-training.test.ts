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

  it('is pulled back to where it began by a proximal term, as FedProx says', () => {
    const plain = {
      ...options,
      unit: 'none',
      learningRate: 0.5,
      nominalRecords: 1,
      recordClipNorm: 9,
    } as const;
    const run = (proximal: number, localSteps: number) =>
      trainLocally(
        fixed([3, -1]),
        Float64Array.of(7, 7),
        { ...plain, localSteps, proximal },
        seededBytes('h'),
      );
    // The first step begins at the global weights, where the pull is 0; the second feels −1.5 and 0.5.
    expect(Array.from(run(0.4, 1))).to.deep.equal([-1.5, 0.5]);
    const [x = 0, y = 0] = run(0.4, 2);
    expect(x).to.be.closeTo(-1.5 - 0.5 * (3 - 0.4 * 1.5), 1e-12);
    expect(y).to.be.closeTo(0.5 - 0.5 * (-1 + 0.4 * 0.5), 1e-12);
    expect(run(0, 2)).to.deep.equal(
      trainLocally(fixed([3, -1]), Float64Array.of(7, 7), { ...plain, localSteps: 2 }, seededBytes('h')),
    );
  });

  it('adds a correction to every gradient, behind the clipping', () => {
    const update = trainLocally(
      fixed([30, 40]),
      Float64Array.of(0, 0),
      { ...options, unit: 'none', localSteps: 3, learningRate: 0.5, nominalRecords: 1, recordClipNorm: 1 },
      seededBytes('i'),
      undefined,
      Float64Array.of(100, -0.8),
    );
    expect(update[0]).to.be.closeTo(-1.5 * 100.6, 1e-10);
    expect(update[1]).to.be.closeTo(0, 1e-12);
  });

  it('draws the same noise with both terms as without, and releases no more', () => {
    const drawn = (more: object, correction?: Float64Array) => {
      let bytes = 0;
      const source = seededBytes('j');
      const counted = (length: number) => {
        bytes += length;
        return source(length);
      };
      trainLocally(fixed(), new Float64Array(2), { ...options, ...more }, counted, undefined, correction);
      return bytes;
    };
    expect(drawn({ proximal: 1 }, Float64Array.of(1, 2))).to.equal(drawn({}));
    expect(trainingRelease({ ...options, proximal: 1 })).to.deep.equal(trainingRelease(options));
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
    for (const proximal of [-1, Number.NaN, Infinity]) {
      expect(run({ proximal })).to.throw().with.property('code', 'TRAINING_OPTION');
    }
    for (const correction of [new Float64Array(2), genesis.map(() => Number.NaN)]) {
      const act = () => trainLocally(gradients, genesis, options, seededBytes('g'), undefined, correction);
      expect(act).to.throw().with.property('code', 'TRAINING_OPTION');
    }
    expect(run({ noiseMultiplier: 0 }))
      .to.throw()
      .with.property('code', 'PRIVACY_PARAMETER');
    expect(run({}, AbortSignal.abort())).to.throw().with.property('name', 'AbortError');
  });
});
