import { expect } from 'chai';
import { epsilonOf, releaseEvent } from '../../privacy/index.ts';
import type { Misbehaviour } from '../world/world-node.ts';
import { type LedgerRun, runWithLedgers, type SentHeader } from './ledger-world.ts';

const NODES = 5;
const release = releaseEvent({ unit: 'node', relation: 'add-remove', noiseMultiplier: 4, releases: 1 });
/** Bears so many rounds and no more. */
const budgetOf = (rounds: number) =>
  epsilonOf(
    Array.from({ length: rounds }, () => release),
    1e-5,
  );

const roundsOf = ({ headers }: LedgerRun, node: number): number[] =>
  headers.filter((header) => header.node === node).map(({ round }) => round);
const abstentionsOf = ({ abstained }: LedgerRun, node: number): number[] =>
  abstained.filter((each) => each.node === node).map(({ round }) => round);
const outcomesOf = ({ report }: LedgerRun): string[] =>
  [...report.certificates.values()].flatMap((entries) => entries.map(({ entry }) => entry.outcome));

describe('a node whose privacy budget is spent', function () {
  this.timeout(120_000);

  it('stays, votes and validates, says so in every round, and releases nothing', async () => {
    const spent = 2;
    const run = await runWithLedgers({
      seed: 'one is spent',
      nodes: NODES,
      rounds: 6,
      budget: (node) => (node === spent ? budgetOf(2) : 100),
    });
    expect(run.report.reached).to.equal(true);
    expect(run.report.errors).to.deep.equal([]);
    expect(outcomesOf(run)).to.deep.equal(Array.from({ length: 6 }, () => 'accepted'));
    expect(roundsOf(run, spent)).to.deep.equal([1, 2]);
    expect(roundsOf(run, 0)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(abstentionsOf(run, spent)).to.deep.equal([3, 4, 5, 6]);
    expect(run.abstained.map(({ code }) => code)).to.deep.equal(
      Array.from({ length: 4 }, () => 'PRIVACY_BUDGET_EXCEEDED'),
    );
    // A round that is decided before its word is needed goes on without it.
    expect(run.votedIn(spent).filter((round) => round > 2)).to.have.length.at.least(3);
    const ledger = run.ledgers.get(spent);
    expect(ledger?.spent().releases).to.equal(2);
    expect(ledger?.spent().epsilon).to.be.at.most(budgetOf(2));
  });

  it('leaves rounds without enough updates when many are spent: they abort, and nothing breaks', async () => {
    const run = await runWithLedgers({
      seed: 'all are spent',
      nodes: NODES,
      rounds: 5,
      budget: (node) => budgetOf(node === 0 ? 3 : 2),
    });
    expect(run.report.reached).to.equal(true);
    expect(run.report.errors).to.deep.equal([]);
    expect(outcomesOf(run)).to.deep.equal(['accepted', 'accepted', 'aborted', 'aborted', 'aborted']);
    for (let node = 0; node < NODES; node++) {
      expect(run.ledgers.get(node)?.spent().releases, `node ${node}`).to.equal(node === 0 ? 3 : 2);
      expect(run.votedIn(node), `node ${node}`).to.include.members([3, 4, 5]);
    }
  });
});

describe('a disk with a ledger that is put back behind its node’s back', function () {
  this.timeout(120_000);

  const rollback = (seed: number, more: readonly Misbehaviour[] = []) => {
    const victim = seed % NODES;
    const copyAtMs = 4_000 + (seed % 10) * 200;
    const atMs = 9_000 + ((seed * 37) % 30) * 100;
    return runWithLedgers({
      seed: `rollback ${seed}`,
      nodes: NODES,
      rounds: 4,
      budget: () => 100,
      misbehaviours: (node) =>
        node === victim
          ? [{ kind: 'rollback', copyAtMs, atMs, downMs: 200, isDeclared: false }, ...more]
          : [],
    }).then((run) => ({ ...run, sent: run.headers.filter(({ node }) => node === victim), victim }));
  };
  /** Whether two releases that were heard have one debit between them. */
  const isUnderCharged = ({ sent }: { readonly sent: readonly SentHeader[] }) =>
    new Set(sent.map(({ ledger }) => ledger)).size < sent.length;

  it('releases nothing that its ledger does not count, and never two updates for one round: 4 seeds', async () => {
    let behind = 0;
    for (let seed = 1; seed <= 4; seed++) {
      const run = await rollback(seed);
      expect(run.report.contradictions, `seed ${seed}`).to.deep.equal([]);
      expect(isUnderCharged(run), `seed ${seed}`).to.equal(false);
      const { abstentions } = run.report;
      if (abstentions.some(({ node, code }) => node === run.victim && code === 'LEDGER_BEHIND')) behind += 1;
    }
    expect(behind, 'ledgers found to be behind').to.be.at.least(2);
  });

  it('does so where nobody asks what the others remember', async () => {
    let wrong = 0;
    for (let seed = 1; seed <= 3; seed++) {
      const run = await rollback(seed, [{ kind: 'unwitnessed' }]);
      if (isUnderCharged(run) || run.report.contradictions.length > 0) wrong += 1;
    }
    expect(wrong).to.be.above(0);
  });
});
