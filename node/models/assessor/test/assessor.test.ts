import { expect } from 'chai';
import fc from 'fast-check';
import { RISK_INPUTS } from '../../../features/library/index.ts';
import { createDenseNetwork, initialDenseWeights } from '../../dense/dense-network.ts';
import { createPrng } from '../../test/seeded.ts';
import {
  ASSESSOR_INPUTS,
  type AssessorNumbers,
  assessScores,
  buildAssessorExamples,
  createAssessor,
  overallScore,
  predictScores,
  RISK_SCORES,
} from '../index.ts';

const all = (value: number) => ({
  collateral: value,
  market: value,
  protocol: value,
  liquidity: value,
  contagion: value,
});
const numbers: AssessorNumbers = { scale: all(0.5), threshold: all(0.2), weights: all(0.2) };
const assessor = createAssessor(numbers);

describe('risk assessor', () => {
  it('is a network 24 → 64 → 32 → 5 of 3,845 weights over the library’s risk inputs', () => {
    expect(RISK_INPUTS.columns).to.have.length(ASSESSOR_INPUTS);
    expect(assessor.network.units).to.deep.equal([24, 64, 32, 5]);
    expect(assessor.network.size).to.equal(3_845);
  });

  it('scores from 0 to 100, the overall score between the least and the largest', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 24, maxLength: 24 }),
        (seed, x) => {
          const weights = initialDenseWeights(assessor.network, createPrng(seed).normal).map((w) => 3 * w);
          const scores = assessScores(assessor, weights, Float64Array.from(x));
          const five = RISK_SCORES.map((score) => scores[score]);
          for (const score of five) expect(score).to.be.within(0, 100);
          expect(scores.overall).to.be.within(Math.min(...five) - 1e-9, Math.max(...five) + 1e-9);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('adds the scores up by the published weights', () => {
    const scores = { collateral: 10, market: 20, protocol: 30, liquidity: 40, contagion: 50 };
    const weights = { collateral: 0.4, market: 0.3, protocol: 0.1, liquidity: 0.1, contagion: 0.1 };
    expect(overallScore(scores, weights)).to.be.closeTo(22, 1e-12);
  });

  it('gives labels of one at the scale, and events beyond the threshold, a record a day', () => {
    const hour = Float64Array.of(23, 24, 30, 60);
    const outcome = Float64Array.of(0, 0.25, 0.5, 0.9);
    const outcomes = {
      collateral: outcome,
      market: outcome,
      protocol: outcome,
      liquidity: outcome,
      contagion: outcome,
    };
    const set = buildAssessorExamples({ x: new Float64Array(4 * 24), hour, outcomes }, numbers, {
      from: 0,
      to: 60,
    });
    expect(set.rows).to.equal(3);
    expect([...set.recordStart]).to.deep.equal([0, 1, 3]);
    expect([...set.labels.filter((_, i) => i % 5 === 0)]).to.deep.equal([0, 0.5, 1]);
    expect([...set.events.filter((_, i) => i % 5 === 0)]).to.deep.equal([0, 1, 1]);
  });

  it('refuses numbers and sizes that are none', () => {
    for (const wrong of [
      { ...numbers, weights: all(0.3) },
      { ...numbers, weights: { ...all(0.3), collateral: -0.2 } },
      { ...numbers, scale: all(0) },
      { ...numbers, threshold: all(2) },
    ]) {
      expect(() => createAssessor(wrong))
        .to.throw()
        .with.property('code', 'MODEL_SPEC');
    }
    expect(() => createDenseNetwork([24]))
      .to.throw()
      .with.property('code', 'MODEL_SPEC');
    expect(() => createDenseNetwork([24, 2_000]))
      .to.throw()
      .with.property('code', 'MODEL_SPEC');
    const weights = new Float64Array(assessor.network.size);
    expect(() => predictScores(assessor, weights, new Float64Array(23)))
      .to.throw()
      .with.property('code', 'MODEL_SIZE');
    expect(() => predictScores(assessor, weights.subarray(1), new Float64Array(24)))
      .to.throw()
      .with.property('code', 'MODEL_SIZE');
  });
});
