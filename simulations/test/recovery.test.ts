import { expect } from 'chai';
import { memberIndex } from '../../coordinator/committee.ts';
import { describeResult, type Plan, runPlan, type ScenarioResult } from '../world/scenario.ts';
import type { Misbehaviour } from '../world/world-node.ts';

const NODES = 5;

function plan(summary: string, wrong: Readonly<Record<number, readonly Misbehaviour[]>>): Plan {
  return {
    summary,
    misbehaviours: (index) => wrong[index] ?? [],
    liars: new Set(),
    acceptance: 1,
    syncMs: 5,
  };
}

const run = (seed: number, rounds: number, how: Plan) =>
  runPlan({ seed, nodes: NODES, rounds, limitMs: 120_000 }, how);

/** Virtual milliseconds at which the last node had a round in its log. */
function decidedAt({ report }: ScenarioResult, round: number): number {
  const times = report.decisions
    .filter(({ decided }) => decided.certificate.entry.round === round)
    .map(({ atMs }) => atMs);
  return Math.max(...times);
}

/** Rounds up to `last` that some node's certificate shows a node to have voted in. */
function votedIn({ report }: ScenarioResult, node: number, last: number): number[] {
  const index = report.committee.members.findIndex(({ node: id }) => id === report.nodes[node]?.nodeId);
  const voted = report.decisions.flatMap(({ decided: { certificate } }) =>
    certificate.signatures.some((signature) => signature.index === index) ? [certificate.entry.round] : [],
  );
  return [...new Set(voted)].filter((round) => round <= last).sort((a, b) => a - b);
}

describe('a leader that is killed', () => {
  it('at every write of its round: the round ends within ten seconds, and it votes again within two', async function () {
    this.timeout(120_000);
    const calm = await run(1, 1, plan('nothing fails', {}));
    const first = calm.report.decisions[0]?.decided.leader;
    const leader = calm.report.nodes.findIndex(({ nodeId }) => nodeId === first);
    expect(memberIndex(calm.report.committee, first ?? '')).to.be.at.least(0);
    const calmMs = decidedAt(calm, 1);
    let crashed = 0;
    for (let write = 1; write <= 24; write++) {
      for (const when of ['before', 'after'] as const) {
        const crash = { kind: 'crash-at-write' as const, write, when, downMs: 1_500 };
        const result = await run(1, 3, plan(`the leader dies ${when} write ${write}`, { [leader]: [crash] }));
        expect(result.violations, describeResult(result)).to.deep.equal([]);
        expect(decidedAt(result, 1) - calmMs, describeResult(result)).to.be.below(10_000);
        expect(votedIn(result, leader, 3), describeResult(result)).to.include.oneOf([2, 3]);
        if (decidedAt(result, 1) > calmMs + 500) crashed += 1;
      }
    }
    // Most of the writes belong to round 1, and a leader that is away for 1.5 s is felt.
    expect(crashed).to.be.above(10);
  });
});

describe('a disk that is put back to an older state', () => {
  const rollback = (seed: number, isDeclared: boolean): Misbehaviour => ({
    kind: 'rollback',
    // In the middle of the first or the second round.
    copyAtMs: 3_000 + (seed % 50) * 100,
    atMs: 6_500 + ((seed * 37) % 30) * 100,
    downMs: 300,
    isDeclared,
  });

  it('never makes its node say two things where the operator declares it: 50 seeds', async function () {
    this.timeout(120_000);
    let sat = 0;
    for (let seed = 1; seed <= 50; seed++) {
      const result = await run(seed, 3, plan('a declared rollback', { 1: [rollback(seed, true)] }));
      expect(result.violations, describeResult(result)).to.deep.equal([]);
      const codes = result.report.abstentions.map(({ code }) => code);
      expect(codes).to.include('RESTORE_UNCONFIRMED');
      if (codes.includes('VOTES_BEHIND')) sat += 1;
    }
    expect(sat, 'rounds that were sat out').to.be.above(25);
  });

  it('does so where nobody asks what the others remember', async function () {
    this.timeout(120_000);
    let contradicted = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const wrong = [rollback(seed, false), { kind: 'unwitnessed' } as const];
      const result = await run(seed, 3, plan('a rollback that nobody asks about', { 1: wrong }));
      if (result.report.contradictions.length > 0) contradicted += 1;
    }
    expect(contradicted).to.be.above(0);
  });

  it('is noticed, too, where it was wiped and nobody says so', async function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= 10; seed++) {
      const wipe = { ...rollback(seed, false), copyAtMs: 0 };
      // Wiped in round 2 or 3, it sits that one out; of the two after that one a certificate has its vote.
      const result = await run(seed, 5, plan('a disk is wiped', { 1: [wipe] }));
      expect(result.violations, describeResult(result)).to.deep.equal([]);
      expect(result.report.abstentions.map(({ code }) => code)).to.include('VOTES_BEHIND');
      const until = Math.max(...result.report.abstentions.map((each) => each.until ?? 0));
      expect(until, describeResult(result)).to.be.within(2, 3);
      expect(votedIn(result, 1, 5), describeResult(result)).to.include.oneOf([until + 1, until + 2]);
    }
  });
});

describe('a chain that is reorganised under the beacon', () => {
  it('costs no more than some views where half of the nodes saw the lost block: 20 seeds', async function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= 20; seed++) {
      const result = await run(seed, 2, {
        ...plan('half of the nodes see a lost block first', {}),
        reorganisation: { atMs: 3_050 + seed * 150, isAffected: (index) => index < 3 },
      });
      expect(result.violations, describeResult(result)).to.deep.equal([]);
      expect(decidedAt(result, 1), describeResult(result)).to.be.below(30_000);
    }
  });
});
