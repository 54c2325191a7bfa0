import { expect } from 'chai';
import { createPrng } from '../../data/index.ts';
import { type AssessorExamples, createAssessor, predictScores } from '../../models/assessor/index.ts';
import { initialDenseWeights } from '../../models/dense/dense-network.ts';
import { minimiseByAdam } from '../adam.ts';
import { assessorBatches, openAssessor } from '../assessor-gradients.ts';

const fifth = { collateral: 0.2, market: 0.2, protocol: 0.2, liquidity: 0.2, contagion: 0.2 };
const assessor = createAssessor({ scale: fifth, threshold: fifth, weights: fifth });
const { network } = assessor;

function draw(rows: number, seed: number): AssessorExamples {
  const prng = createPrng(seed);
  const x = Float64Array.from({ length: rows * 24 }, () => prng.normal());
  // Each score follows one input.
  const labels = Float64Array.from({ length: rows * 5 }, (_, i) =>
    (x[Math.floor(i / 5) * 24 + (i % 5)] ?? 0) > 0 ? 0.9 : 0.1,
  );
  return {
    records: 2,
    rows,
    x,
    labels,
    events: Uint8Array.from(labels, (label) => (label > 0.5 ? 1 : 0)),
    hour: Float64Array.from({ length: rows }, (_, i) => i),
    recordStart: Int32Array.of(0, 3, rows),
  };
}

/** Cross-entropy summed over the scores, mean over the rows of a record. */
function lossOf(weights: Float64Array, set: AssessorExamples, from: number, to: number): number {
  const told = predictScores(assessor, weights, set.x.subarray(from * 24, to * 24));
  return (
    told.reduce((sum, p, i) => {
      const label = set.labels[from * 5 + i] ?? Number.NaN;
      return sum - label * Math.log(p) - (1 - label) * Math.log(1 - p);
    }, 0) /
    (to - from)
  );
}

describe('gradients of the risk assessor', () => {
  const weights = initialDenseWeights(network, createPrng(2).normal);

  it('agree with finite differences, record by record', () => {
    const set = draw(8, 1);
    const rows = openAssessor(assessor, set).perRecord(weights);
    const h = 1e-6;
    for (const [record, from, to] of [
      [0, 0, 3],
      [1, 3, 8],
    ] as const) {
      for (let j = 0; j < network.size; j += 97) {
        const at = (shift: number) =>
          lossOf(
            weights.map((w, i) => (i === j ? w + shift : w)),
            set,
            from,
            to,
          );
        expect(rows[record * network.size + j]).to.be.closeTo((at(h) - at(-h)) / (2 * h), 1e-6);
      }
    }
  });

  it('are of a batch the mean of its records, weighted by their rows', () => {
    const set = draw(8, 1);
    const rows = openAssessor(assessor, set).perRecord(weights);
    const batch = assessorBatches(assessor, set)(
      weights,
      Uint32Array.from({ length: 8 }, (_, i) => i),
    );
    for (let j = 0; j < network.size; j++) {
      const mean = (3 * (rows[j] ?? 0) + 5 * (rows[network.size + j] ?? 0)) / 8;
      expect(batch[j]).to.be.closeTo(mean, 1e-12);
    }
  });

  it('let Adam learn, to equal bits from equal seeds', () => {
    const set = draw(400, 3);
    const options = { steps: 80, batch: 32, learningRate: 5e-3 };
    const train = (seed: number) =>
      minimiseByAdam(assessorBatches(assessor, set), weights, set.rows, options, createPrng(seed).uniform);
    const own = train(1);
    expect(train(1)).to.deep.equal(own);
    expect(train(2)).not.to.deep.equal(own);
    const fresh = draw(200, 4);
    expect(lossOf(own, fresh, 0, 200)).to.be.lessThan(0.75 * lossOf(weights, fresh, 0, 200));
  });

  it('refuse steps that are none', () => {
    const act = () =>
      minimiseByAdam(
        (w) => w,
        weights,
        0,
        { steps: 1, batch: 1, learningRate: 1 },
        () => 0,
      );
    expect(act).to.throw().with.property('code', 'TRAINING_OPTION');
  });
});
