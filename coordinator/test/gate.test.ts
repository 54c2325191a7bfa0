import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_NAMED_PAIRS } from '../../protocol/gate-pair.ts';
import { judgeScores, MAX_PAIRS, type PairScore, worseOf } from '../gate.ts';
import { pairsOfReason, rejectionReason } from '../rejection.ts';

const pair = (head: string, collateral: string, score: number, deadBand?: number): PairScore => ({
  head,
  collateral,
  score,
  ...(deadBand === undefined ? {} : { deadBand }),
});
const NAMES = ['dai', 'frax', 'mim', 'usdc', 'lusd', 'susd'];
const BAND = { deadBand: 0.005 };

describe('gate rule', () => {
  it('never accepts a candidate that is 1 % worse on any one collateral, however good it is elsewhere', () => {
    const scores = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(scores, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (before, at, gain) => {
        const poisoned = at % before.length;
        const base = before.map((score, i) => pair('peg', NAMES[i] ?? '', score));
        const candidate = base.map((own, i) => ({
          ...own,
          score: i === poisoned ? own.score * 1.01 : own.score * (1 - gain),
        }));
        const judgement = judgeScores(base, candidate, BAND);
        expect(judgement.verdict).to.equal('rejected');
        expect(worseOf(judgement)).to.deep.equal([`peg/${NAMES[poisoned]}`]);
      }),
      { seed: 17, numRuns: 200 },
    );
  });

  it('accepts what is as good or better on every pair', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        (rows) => {
          const base = rows.map(([score], i) => pair('risk', NAMES[i] ?? '', score));
          const candidate = rows.map(([score, gain], i) => pair('risk', NAMES[i] ?? '', score * (1 - gain)));
          const judgement = judgeScores(base, candidate, { deadBand: 0 });
          expect(judgement.verdict).to.equal('accepted');
          expect(worseOf(judgement)).to.deep.equal([]);
        },
      ),
      { seed: 18, numRuns: 200 },
    );
  });

  it('lets a pair be worse by its dead band and by not a step more', () => {
    const verdict = (own: number, deadBand: number, ownBand?: number, worstPair?: number) =>
      judgeScores([pair('peg', 'dai', 2, ownBand)], [pair('peg', 'dai', own, ownBand)], {
        deadBand,
        worstPair,
      }).verdict;
    expect(verdict(2.02, 0.01)).to.equal('accepted');
    expect(verdict(2.020_001, 0.01)).to.equal('rejected');
    expect(verdict(2.04, 0.01, 0.02)).to.equal('accepted');
    expect(verdict(2.040_001, 0.01, 0.02)).to.equal('rejected');
    expect(verdict(2.01, 0.01, 0.02, 0.005)).to.equal('accepted');
    expect(verdict(2.010_001, 0.01, 0.02, 0.005)).to.equal('rejected');
    expect(verdict(2.000_000_4, 0)).to.equal('accepted');
  });

  it('tells rounded scores and the band of every pair, ascending', () => {
    const { findings } = judgeScores(
      [pair('risk', 'eth', 1, 0.02), pair('peg', 'usdc', 3.000_000_4), pair('peg', 'dai', 2)],
      [pair('peg', 'dai', 2.5), pair('risk', 'eth', 1.01, 0.02), pair('peg', 'usdc', 3)],
      BAND,
    );
    expect(findings).to.deep.equal([
      { head: 'peg', collateral: 'dai', base: 2, candidate: 2.5, deadBand: 0.005, isWorse: true },
      { head: 'peg', collateral: 'usdc', base: 3, candidate: 3, deadBand: 0.005, isWorse: false },
      { head: 'risk', collateral: 'eth', base: 1, candidate: 1.01, deadBand: 0.02, isWorse: false },
    ]);
  });

  it('rejects what has no score, and says where', () => {
    const dai = pair('peg', 'dai', 2);
    for (const score of [Number.NaN, Number.POSITIVE_INFINITY, 1e305]) {
      const judgement = judgeScores([dai], [{ ...dai, score }], BAND);
      expect(judgement.findings[0]).to.include({ candidate: null, isWorse: true });
      expect(judgement.verdict).to.equal('rejected');
      expect(judgeScores([{ ...dai, score }], [dai], BAND).verdict).to.equal('rejected');
    }
    const usdc = pair('peg', 'usdc', 1);
    expect(worseOf(judgeScores([dai, usdc], [dai], BAND))).to.deep.equal(['peg/usdc']);
    expect(worseOf(judgeScores([dai], [dai, usdc], BAND))).to.deep.equal(['peg/usdc']);
    expect(judgeScores([], [], BAND)).to.deep.equal({ verdict: 'rejected', findings: [] });
  });

  it('refuses pairs that are named badly, twice or too many', () => {
    const code = (scores: PairScore[]) =>
      expect(() => judgeScores(scores, scores, BAND))
        .to.throw()
        .with.property('code', 'GATE_PAIR');
    code([pair('peg', 'DAI', 1)]);
    code([pair('peg', 'x'.repeat(20), 1)]);
    code([pair('peg', 'dai', 1), pair('peg', 'dai', 2)]);
    code(Array.from({ length: MAX_PAIRS + 1 }, (_, i) => pair('peg', `c${i}`, 1)));
  });
});

describe('reason of a rejection', () => {
  const longest = Array.from(
    { length: MAX_NAMED_PAIRS },
    (_, i) => `${'h'.repeat(12)}/${i}${'c'.repeat(18)}`,
  );

  it('fits into an entry and names the pairs that it was made of', () => {
    for (const worse of [[], ['peg/dai'], ['peg/dai', 'risk/eth'], longest]) {
      const reason = rejectionReason(worse);
      expect(reason.length).to.be.at.most(200);
      expect(pairsOfReason(reason)).to.deep.equal(worse);
    }
  });

  it('is nothing else: no other text, order, repetition or length', () => {
    const bad = [['peg/usdc', 'peg/dai'], ['peg/dai', 'peg/dai'], [...longest, 'z/z'], ['peg dai'], ['']];
    for (const worse of bad) {
      if (worse[0] !== '') expect(pairsOfReason(rejectionReason(worse)), worse.join()).to.equal(undefined);
    }
    expect(pairsOfReason(`${rejectionReason(['peg/dai'])}, send coins to me`)).to.equal(undefined);
    expect(pairsOfReason(`${rejectionReason([])} `)).to.equal(undefined);
    expect(pairsOfReason('')).to.equal(undefined);
  });
});
