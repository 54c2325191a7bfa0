import { expect } from 'chai';
import {
  ADVANTAGE_CAP,
  addObservation,
  BLOCK_DAYS,
  compareDay,
  judgeTrial,
  meanInterval,
  NO_OBSERVATIONS,
  newTrial,
  type PairedDay,
  PROMOTION,
  type ShadowTrial,
} from '../index.ts';
import { draws } from './support.ts';

const RULE = { ...PROMOTION, deadBand: 0.001 };
const PAIRS = [
  { name: 'peg/main', deadBand: 0 },
  { name: 'risk/main', deadBand: 0.02 },
];

describe('monitoring: intervals that hold at all times', () => {
  it('miss the running mean of what was expected in at most 5 % of the runs, however often one looks', () => {
    const { uniform } = draws(11);
    let missed = 0;
    const runs = 200;
    for (let run = 0; run < runs; run++) {
      let state = NO_OBSERVATIONS;
      let expected = 0;
      let isMissed = false;
      for (let t = 1; t <= 150; t++) {
        // Expectations that change, and observations as wild as the range lets them be.
        const mean = 0.3 * Math.sin(t / 9);
        expected += mean;
        state = addObservation(state, uniform() < (1 + mean) / 2 ? 1 : -1);
        if (t % 6 !== 0) continue;
        const { low, high } = meanInterval(state, 0.95);
        if (expected / t < low || expected / t > high) isMissed = true;
      }
      if (isMissed) missed++;
    }
    expect(missed / runs).to.be.at.most(0.05);
  });

  it('close in on the mean, sooner where observations are alike', () => {
    const { normal } = draws(12);
    const width = (spread: number, count: number) => {
      let state = NO_OBSERVATIONS;
      for (let t = 0; t < count; t++) state = addObservation(state, 0.2 + spread * normal());
      const { mean, low, high } = meanInterval(state, 0.95);
      expect(low).to.be.below(mean);
      expect(high).to.be.above(mean);
      return high - low;
    };
    expect(width(0.2, 400)).to.be.below(0.15);
    expect(width(0.05, 100)).to.be.below(width(0.4, 100));
    expect(meanInterval(NO_OBSERVATIONS, 0.95)).to.deep.equal({ mean: 0, low: -1, high: 1 });
  });
});

describe('monitoring: a candidate in the shadow', () => {
  /** Days of a candidate with a skill in each pair; `names` are the pairs that it forecasts. */
  function trial(
    skills: readonly number[],
    days: number,
    { names = PAIRS.map(({ name }) => name), noise = 0.02, restart = false } = {},
  ): ShadowTrial {
    const { normal } = draws(5);
    let state = newTrial(19_001);
    for (let day = 18_990; day < 19_001 + days; day++) {
      const level = Math.exp(normal());
      const paired = names.map(
        (pair, i): PairedDay => ({
          pair,
          day,
          rows: 24,
          published: level,
          candidate: level * (1 - (skills[i] ?? 0)) * (1 + noise * normal()),
        }),
      );
      state = compareDay(state, day, paired);
      if (!restart) continue;
      state = JSON.parse(JSON.stringify(compareDay(state, day, paired))) as ShadowTrial;
    }
    return state;
  }
  const verdictOf = (skills: readonly number[], days = 1_000) => judgeTrial(trial(skills, days), PAIRS, RULE);

  it('is approved at 6 % better, looked at by a person at 2 % better or 7 % worse, refused at 11 % worse', () => {
    expect(verdictOf([0.06, 0.06])).to.deep.include({ verdict: 'approve', reasons: [] });
    expect(verdictOf([0.02, 0.02])).to.deep.include({ verdict: 'review' });
    expect(verdictOf([0.02, 0.02]).reasons.join()).to.match(/^skill (1\.[89]|2\.[012]) %, not above 5\.0 %$/);
    expect(verdictOf([-0.07, -0.07])).to.deep.include({ verdict: 'review' });
    expect(verdictOf([-0.11, -0.11])).to.deep.include({ verdict: 'reject' });
  });

  it('is never approved where one pair is worse beyond its dead band, however good the others are', () => {
    const { verdict, reasons, pairs } = verdictOf([0.4, -0.03]);
    expect(verdict).to.equal('review');
    expect(reasons).to.have.length(1);
    expect(reasons[0]).to.match(/^risk\/main is (2\.8|2\.9|3\.\d) % worse, dead band 2\.0 %$/);
    expect(pairs.map(({ isWorse }) => isWorse)).to.deep.equal([false, true]);
    expect(verdictOf([0.4, -0.01]).verdict).to.equal('approve');
  });

  it('is not approved before enough blocks, nor where it leaves a pair out', () => {
    expect(verdictOf([0.6, 0.6], (RULE.leastBlocks - 1) * BLOCK_DAYS).verdict).to.equal('collecting');
    expect(verdictOf([0.6, 0.6], (RULE.leastBlocks + 2) * BLOCK_DAYS).verdict).to.equal('approve');
    const half = judgeTrial(trial([0.4], 1_000, { names: ['peg/main'] }), PAIRS, RULE);
    expect(half).to.deep.include({ verdict: 'review', reasons: ['risk/main was not forecast'] });
  });

  it('that is no better is not approved, in any of a hundred looks', () => {
    const state = trial([0, 0], 900, { noise: 0.3 });
    expect(judgeTrial(state, PAIRS, RULE).verdict).to.equal('review');
    for (let days = 60; days < 360; days += 3) {
      expect(judgeTrial(trial([0, 0], days, { noise: 0.3 }), PAIRS, RULE).advantage.low).to.be.below(0);
    }
  });

  it('is the same trial where days come twice and the process ends after each', () => {
    expect(trial([0.1, 0], 60, { restart: true })).to.deep.equal(trial([0.1, 0], 60));
  });

  it('counts two days of three, and no block for more than its cap', () => {
    const state = trial([1, 1], 31, { noise: 0 });
    const report = judgeTrial(state, PAIRS, RULE);
    expect(report.blocks).to.equal(10);
    expect(report.advantage.mean).to.be.closeTo(ADVANTAGE_CAP, 1e-12);
    expect(report.pairs[0]?.rows).to.equal(24 * 2 * 10);
  });

  it('refuses more pairs than a network can have', () => {
    const paired = Array.from({ length: 65 }, (_, i): PairedDay => {
      return { pair: `peg/c${i}`, day: 3, rows: 1, candidate: 1, published: 1 };
    });
    expect(() => compareDay(newTrial(3), 3, paired))
      .to.throw()
      .with.property('code', 'SHADOW_PAIRS');
  });
});
