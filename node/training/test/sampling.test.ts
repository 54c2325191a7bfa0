import { expect } from 'chai';
import { l2Norm, poissonSample } from '../../../privacy/index.ts';
import { createPrng, generateVenue } from '../../data/index.ts';
import { buildExamples, computeFeatures, withMirror } from '../../features/index.ts';
import { createPegModel, genesisWeights } from '../../models/index.ts';
import {
  createEngine,
  type EngineName,
  float64Engine,
  type RecordGradients,
  TRAINING_DEFAULTS,
  trainingRelease,
  trainLocally,
} from '../index.ts';

const quiet = { ...TRAINING_DEFAULTS, unit: 'none', nominalRecords: 100 } as const;

/** Seeded bytes that are the same for every call with the same seed. */
function bytesOf(seed: number): (length: number) => Uint8Array {
  const prng = createPrng(seed, 5);
  return (length) => Uint8Array.from({ length }, () => Math.floor(prng.uniform() * 256));
}

/** Records whose gradients are unit vectors of their own, so that a sum tells who is in it. */
function identities(records: number): RecordGradients {
  return {
    perRecord: () => {
      const rows = new Float64Array(records * records);
      for (let r = 0; r < records; r++) rows[r * records + r] = 1;
      return rows;
    },
    dispose: () => {},
  };
}

describe('training on a secret sample of the records', () => {
  it('sums those that were drawn and divides by the expected size, not by the drawn one', () => {
    const records = 60;
    const options = { ...quiet, localSteps: 1, learningRate: 1, nominalRecords: 80, samplingRate: 0.25 };
    const update = trainLocally(identities(records), new Float64Array(records), options, bytesOf(3));
    const drawn = poissonSample(records, 0.25, bytesOf(3));
    expect(drawn.reduce((sum, each) => sum + each, 0)).not.to.equal(15);
    expect(Array.from(update, (v) => 0 - v * 20)).to.deep.equal(Array.from(drawn, Number));
  });

  it('draws anew in every step', () => {
    const records = 40;
    const options = { ...quiet, localSteps: 3, learningRate: 1, nominalRecords: 2, samplingRate: 0.5 };
    const update = trainLocally(identities(records), new Float64Array(records), options, bytesOf(4));
    const times = Array.from(update, (v) => 0 - v);
    expect(Math.min(...times)).to.be.at.most(1);
    expect(new Set(times).size).to.be.greaterThan(2);
    expect(times.every((n) => Number.isInteger(n) && n >= 0 && n <= 3)).to.equal(true);
  });

  it('needs nothing of a record that was not drawn', () => {
    const drawn = poissonSample(30, 0.5, bytesOf(6));
    const poisoned: RecordGradients = {
      perRecord: () => {
        const rows = identities(30).perRecord(new Float64Array(30));
        for (const [r, takesPart] of drawn.entries()) if (takesPart === 0) rows[30 * r] = Number.NaN;
        return rows;
      },
      dispose: () => {},
    };
    const options = { ...quiet, localSteps: 1, samplingRate: 0.5 };
    const [clean, garbled] = [identities(30), poisoned].map((gradients) =>
      trainLocally(gradients, new Float64Array(30), options, bytesOf(6)),
    );
    expect(garbled).to.deep.equal(clean);
  });

  it('is, at rate 1, what it was without a rate, to the bit', () => {
    const table = computeFeatures(generateVenue(3, 1, 40));
    const model = createPegModel({ kind: 'linear' });
    const all = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    const gradients = float64Engine.open(model, withMirror(buildExamples(table, all)));
    const run = (more: object) =>
      trainLocally(gradients, genesisWeights(model), { ...TRAINING_DEFAULTS, ...more }, bytesOf(7));
    expect(run({ samplingRate: 1 })).to.deep.equal(run({}));
    expect(run({ samplingRate: 0.5 })).not.to.deep.equal(run({}));
    expect(trainingRelease({ ...TRAINING_DEFAULTS, samplingRate: 1 })).to.deep.equal(
      trainingRelease(TRAINING_DEFAULTS),
    );
  });

  it('has an expected update that does not depend on the rate', () => {
    const records = 50;
    const rows = identities(records);
    const options = { ...quiet, localSteps: 400, learningRate: 1, nominalRecords: 400, samplingRate: 0.2 };
    const update = trainLocally(rows, new Float64Array(records), options, bytesOf(8));
    const mean = -update.reduce((sum, value) => sum + value, 0) / records;
    // Each record is drawn in 80 of 400 steps, and each draw moves it by 1 / 80: 1 ± 0.1, and their mean ± 0.014.
    expect(mean).to.be.within(0.95, 1.05);
  });

  for (const name of ['tfjs-wasm', 'tfjs-cpu'] satisfies EngineName[]) {
    it(`draws the same records under ${name} as under float64`, async () => {
      const engine = await createEngine(name);
      const table = computeFeatures(generateVenue(3, 1, 40));
      const model = createPegModel({ kind: 'linear' });
      const examples = withMirror(buildExamples(table, { from: 0, to: Number.POSITIVE_INFINITY }));
      const options = { ...TRAINING_DEFAULTS, nominalRecords: 25, samplingRate: 0.4 };
      const [reference, other] = [float64Engine, engine].map((each) => {
        const open = each.open(model, examples);
        const update = trainLocally(open, genesisWeights(model), options, bytesOf(9));
        open.dispose();
        return update;
      });
      if (reference === undefined || other === undefined) throw new Error('no update');
      expect(l2Norm(reference.map((v, j) => v - (other[j] ?? Number.NaN)))).to.be.below(1e-4);
    });
  }

  it('releases Poisson-sampled discrete Gaussians under unit record, and gains nothing under the others', () => {
    const options = { ...TRAINING_DEFAULTS, samplingRate: 0.1 };
    expect(trainingRelease(options)).to.deep.equal({
      unit: 'record',
      relation: 'add-remove',
      event: {
        kind: 'poisson-sampled',
        rate: 0.1,
        event: {
          kind: 'discrete-gaussian',
          noiseMultiplier: 8,
          gridDeviation: 8 * Math.sqrt(1.25) * 2 ** 20,
        },
      },
      releases: 4,
    });
    expect(trainingRelease({ ...options, relation: 'replace' })).to.include({ relation: 'replace' });
    expect(trainingRelease({ ...options, unit: 'node' })).to.deep.equal(
      trainingRelease({ ...TRAINING_DEFAULTS, unit: 'node' }),
    );
    expect(trainingRelease({ ...options, unit: 'none' })).to.deep.equal({ unit: 'none', releases: 1 });
  });

  it('refuses what is no rate', () => {
    for (const samplingRate of [0, -1, 1.5, Number.NaN]) {
      const act = () =>
        trainLocally(identities(2), new Float64Array(2), { ...quiet, samplingRate }, bytesOf(1));
      expect(act).to.throw().with.property('code', 'TRAINING_OPTION');
    }
  });
});
