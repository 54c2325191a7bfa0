import { expect } from 'chai';
import fc from 'fast-check';
import { GENESIS_STANDING, standingAfter } from '../../standing/index.ts';
import { codeOf, digest, signerOf } from '../../test/support.ts';
import { askedToTrain, historyOf } from '../asked.ts';
import { FULL_SCORE, type History, importanceScore, SCORE_PARTS, type SelectionCandidate } from '../score.ts';
import { MAX_CANDIDATES, selectionCount, selectParticipants } from '../select.ts';
import {
  parseStrategy,
  requireSelection,
  SELECTION_STRATEGIES,
  type SelectionStrategy,
  samplingOf,
} from '../strategy.ts';

const NEW: History = { rounds: 0, asked: 0, sealed: 0, accepted: 0, quarters: 4 };
const GOOD: History = { rounds: 100, asked: 50, sealed: 50, accepted: 50, quarters: 4 };

const nodes = Array.from({ length: 12 }, (_, i) => signerOf(i).nodeId);
const nodeOf = (index: number) => nodes[index] ?? '';
const candidates = (count: number, historyOf: (index: number) => History = () => NEW): SelectionCandidate[] =>
  Array.from({ length: count }, (_, index) => ({ node: nodeOf(index), history: historyOf(index) }));

const select = (
  strategy: SelectionStrategy,
  of: readonly SelectionCandidate[],
  round: number | string,
  terms = { share: 0.4, min: 1 },
) => selectParticipants(digest(round), of, { strategy, ...terms }).nodes;

const timesOf = (rounds: number, draw: (round: number) => readonly string[]) => {
  const times = new Map<string, number>();
  for (let round = 0; round < rounds; round++)
    for (const node of draw(round)) times.set(node, (times.get(node) ?? 0) + 1);
  return times;
};

describe('client selection', () => {
  it('takes m = min(active, max(min, ⌊share · active⌋)) and says the rate that it comes to', () => {
    expect(selectionCount(10, { share: 0.8, min: 3 })).to.equal(8);
    expect(selectionCount(100, { share: 0.57, min: 0 })).to.equal(57);
    expect(selectionCount(4, { share: 0.5, min: 3 })).to.equal(3);
    expect(selectionCount(2, { share: 0.5, min: 3 })).to.equal(2);
    expect(selectionCount(0, { share: 1, min: 3 })).to.equal(0);
    const { rate, active } = selectParticipants(digest('rate'), candidates(4), {
      strategy: 'uniform',
      share: 0.5,
      min: 3,
    });
    expect({ rate, active }).to.deep.equal({ rate: 0.75, active: 4 });
  });

  for (const strategy of SELECTION_STRATEGIES) {
    it(`${strategy}: follows from the beacon, whatever the order of the candidates, and keeps to the count`, () => {
      fc.assert(
        fc.property(
          fc.array(
            fc.record({
              rounds: fc.nat(50),
              asked: fc.nat(50),
              sealed: fc.nat(50),
              accepted: fc.nat(50),
              quarters: fc.nat(4),
            }),
            { maxLength: 12 },
          ),
          fc.double({ min: 0.01, max: 1, noNaN: true }),
          fc.nat(14),
          fc.nat(),
          (histories, share, min, round) => {
            const given = histories.map((history, i) => ({ node: nodeOf(i), history }));
            const chosen = select(strategy, given, round, { share, min });
            const active = given.filter(({ history }) => history.quarters > 0);
            expect(chosen.length).to.equal(selectionCount(active.length, { share, min }));
            expect(new Set(chosen).size).to.equal(chosen.length);
            expect(active.map(({ node }) => node)).to.include.members([...chosen]);
            expect(select(strategy, given.toReversed(), round, { share, min })).to.deep.equal(chosen);
          },
        ),
        { seed: 11, numRuns: 100 },
      );
    });
  }

  it('uniform: every node within 3 standard deviations over 10,000 rounds', () => {
    const [n, m, rounds] = [6, 2, 10_000];
    const times = timesOf(rounds, (round) => select('uniform', candidates(n), round));
    const deviation = Math.sqrt(rounds * (m / n) * (1 - m / n));
    for (let i = 0; i < n; i++) expect(times.get(nodeOf(i))).to.be.closeTo((rounds * m) / n, 3 * deviation);
  });

  it('importance: the first drawn in proportion to the scores, and those without a score never', () => {
    const historyOf = (i: number): History => (i === 0 ? { ...GOOD, quarters: 0 } : i < 3 ? GOOD : NEW);
    const of = candidates(6, historyOf);
    const total = of.reduce((sum, { history }) => sum + importanceScore(history), 0);
    const rounds = 6_000;
    const one = { share: 0.01, min: 1 };
    const times = timesOf(rounds, (round) => select('importance', of, round, one));
    for (const { node, history } of of) {
      const p = importanceScore(history) / total;
      const deviation = Math.sqrt(rounds * p * (1 - p));
      expect(times.get(node) ?? 0).to.be.closeTo(rounds * p, 4 * deviation);
    }
    expect(select('importance', of, 1, { share: 1, min: 6 }).length).to.equal(5);
  });

  it('round-robin: a fixed roster takes turns, nobody twice as often', () => {
    const asked = new Float64Array(7);
    for (let round = 0; round < 50; round++) {
      const of = candidates(7, (i) => ({ ...NEW, rounds: round, asked: asked[i] ?? 0 }));
      for (const node of select('round-robin', of, round)) {
        const index = nodes.indexOf(node);
        asked[index] = (asked[index] ?? 0) + 1;
      }
      expect(Math.max(...asked) - Math.min(...asked)).to.be.at.most(1);
    }
  });

  it('round-robin: fresh names take one place in four, however many they are', () => {
    const old = candidates(6, () => ({ ...GOOD, rounds: 100, asked: 40 }));
    const fresh = candidates(12).slice(6);
    for (let round = 0; round < 20; round++) {
      const chosen = select('round-robin', [...old, ...fresh], round, { share: 0.5, min: 1 });
      expect(chosen.filter((node) => old.some((each) => each.node === node)).length).to.equal(4);
    }
    // Once asked they are at the end of the queue.
    const asked = candidates(12, (i) =>
      i < 6 ? { ...GOOD, rounds: 100, asked: 40 } : { ...NEW, rounds: 1, asked: 1 },
    );
    expect(select('round-robin', asked, 1, { share: 0.5, min: 1 })).to.have.members(nodes.slice(0, 6));
  });

  it('resource-aware: rotates among those who are there in time, and fills up with the others', () => {
    const slow: History = { ...GOOD, asked: 50, accepted: 5, sealed: 5 };
    const asked = Float64Array.from({ length: 8 }, () => 50);
    const times = timesOf(30, (round) => {
      const of = candidates(8, (i) =>
        i < 5 ? { ...GOOD, rounds: 200, asked: asked[i] ?? 0, accepted: asked[i] ?? 0 } : slow,
      );
      const chosen = select('resource-aware', of, round, { share: 0.25, min: 1 });
      for (const node of chosen) asked[nodes.indexOf(node)] = (asked[nodes.indexOf(node)] ?? 0) + 1;
      return chosen;
    });
    expect([...times.keys()]).to.have.members(nodes.slice(0, 5));
    expect(new Set(times.values())).to.deep.equal(new Set([12]));
    const few = candidates(8, (i) => (i === 0 ? GOOD : slow));
    const chosen = select('resource-aware', few, 1, { share: 0.5, min: 1 });
    expect(chosen.length).to.equal(4);
    expect(chosen).to.include(nodeOf(0));
  });

  it('scores what the log proves, each part within its bounds, whatever is given', () => {
    const parts: readonly number[] = Object.values(SCORE_PARTS);
    expect(parts.reduce((sum, part) => sum + part, 0)).to.equal(1000);
    const wild = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Infinity, -Infinity));
    fc.assert(
      fc.property(wild, wild, wild, wild, wild, (rounds, asked, sealed, accepted, quarters) => {
        const score = importanceScore({ rounds, asked, sealed, accepted, quarters });
        return Number.isInteger(score) && score >= 0 && score <= FULL_SCORE;
      }),
      { seed: 13, numRuns: 500 },
    );
    expect(importanceScore(GOOD)).to.be.greaterThan(importanceScore(NEW));
    expect(importanceScore(NEW)).to.be.greaterThan(importanceScore({ ...GOOD, accepted: 0, sealed: 1 }));
    expect(importanceScore({ ...GOOD, quarters: 0 })).to.equal(0);
  });

  it('reads a node’s history off the standing table, and asks nobody in quarantine', () => {
    const epoch = 0;
    let table = GENESIS_STANDING;
    const fates = ['selected', 'UPDATE_NORM', 'accepted'];
    for (let round = 1; round <= 4; round++) {
      const roll = fates.map((fate, i) => ({ node: nodeOf(i), fate }));
      const offences = round === 4 ? [{ node: nodeOf(2) }] : [];
      table = standingAfter(table, { round, epoch, roll, asked: nodes.slice(0, 9), offences }, 60);
    }
    expect(historyOf(table, nodeOf(0), epoch)).to.deep.equal({
      rounds: 4,
      asked: 4,
      sealed: 4,
      accepted: 4,
      quarters: 4,
    });
    expect(historyOf(table, nodeOf(1), epoch)).to.include({ sealed: 4, accepted: 0 });
    expect(historyOf(table, nodeOf(2), epoch).quarters).to.equal(0);
    expect(historyOf(table, nodeOf(9), epoch)).to.deep.equal(NEW);
    const roster = nodes.slice(0, 5);
    const selection = { strategy: 'round-robin', share: 1, min: 1 } as const;
    const asked = askedToTrain({ selection, roster, epoch }, digest('asked'), table);
    expect([...(asked ?? [])]).to.have.members(roster.filter((_, i) => i !== 2));
    expect(askedToTrain({ selection: undefined, roster, epoch }, digest('asked'), table)).to.equal(undefined);
  });

  it('gives no strategy any privacy amplification: the beacon is public', () => {
    for (const strategy of SELECTION_STRATEGIES) {
      const { rate, counts } = samplingOf(strategy);
      expect({ rate, counts }).to.deep.equal({ rate: 1, counts: 'rounds-joined' });
    }
  });

  it('refuses unknown strategies, impossible shares, and candidates twice or without end', () => {
    expect(codeOf(() => parseStrategy('unifrom'))).to.equal('SELECTION_STRATEGY');
    expect(parseStrategy('uniform')).to.equal('uniform');
    expect(codeOf(() => requireSelection({ min: 4 }, 5))).to.equal('SELECTION_MIN');
    requireSelection({ min: 5 }, 5);
    requireSelection(undefined, 5);
    for (const share of [0, -1, 1.01, Number.NaN])
      expect(codeOf(() => select('uniform', candidates(3), 1, { share, min: 1 }))).to.equal(
        'SELECTION_OPTION',
      );
    expect(codeOf(() => select('uniform', candidates(3), 1, { share: 1, min: -1 }))).to.equal(
      'SELECTION_OPTION',
    );
    expect(codeOf(() => select('uniform', [...candidates(3), ...candidates(1)], 1))).to.equal(
      'SELECTION_CANDIDATES',
    );
    const many = Array.from({ length: MAX_CANDIDATES + 1 }, (_, i) => ({ node: `n${i}`, history: NEW }));
    expect(codeOf(() => select('uniform', many, 1))).to.equal('SELECTION_CANDIDATES');
  });
});
