import { expect } from 'chai';
import type { Decided } from '../../coordinator/collaborators.ts';
import type { SelectionStrategy } from '../../coordinator/selection/index.ts';
import { FUZZED_PARAMETERS, fuzzedWorld } from '../fuzz/honest-run.ts';
import { World, type WorldOptions, type WorldReport } from '../world/world.ts';

const NODES = 7;
const COUNT = 4;
const ROUNDS = 6;

async function run(strategy: SelectionStrategy, more: Partial<WorldOptions> = {}) {
  const parameters = { ...FUZZED_PARAMETERS, selection: { strategy, share: 0.6, min: 3 } };
  const base = fuzzedWorld(`selection/${strategy}`, { nodes: NODES, parameters, ...more });
  /** Rounds for which each node trained, and so paid. */
  const trained = Array.from({ length: NODES }, () => new Set<number>());
  const world = new World({
    ...base,
    trainers: (index, random) => {
      const trainer = base.trainers(index, random);
      return {
        ...trainer,
        train: (round, version, signal) => {
          trained[index]?.add(round);
          return trainer.train(round, version, signal);
        },
      };
    },
  });
  return { report: await world.run(ROUNDS, 600_000), trained };
}

/** Who stands on each round's roll, as indices of nodes. */
function rollsOf({ decisions, nodes }: WorldReport): number[][] {
  const decided = new Map<number, Decided>();
  for (const { node, decided: each } of decisions)
    if (node === 0) decided.set(each.certificate.entry.round, each);
  const indexOf = new Map(nodes.map(({ nodeId }, index) => [nodeId, index]));
  return Array.from({ length: ROUNDS }, (_, i) =>
    (decided.get(i + 1)?.roll ?? []).map(({ node }) => indexOf.get(node) ?? -1).sort((a, b) => a - b),
  );
}

describe('client selection in a network', () => {
  for (const strategy of ['uniform', 'importance'] as const) {
    it(`${strategy}: those whom the beacon asks train and pay, the others do neither`, async () => {
      const { report, trained } = await run(strategy);
      expect(report.reached).to.equal(true);
      expect(report.errors).to.deep.equal([]);
      const rolls = rollsOf(report);
      expect(rolls.map(({ length }) => length)).to.deep.equal(rolls.map(() => COUNT));
      const paid = trained.map((rounds) => [...rounds].filter((round) => round <= ROUNDS).sort());
      const joined = paid.map((_, node) => rolls.flatMap((roll, i) => (roll.includes(node) ? [i + 1] : [])));
      expect(paid).to.deep.equal(joined);
      // Nobody waits for those who were not asked.
      expect(report.elapsedMs / ROUNDS).to.be.lessThan(FUZZED_PARAMETERS.timeouts.collectMs + 6_000);
    });
  }

  it('round-robin comes to everybody, and a node that keeps silent takes no more turns than the others', async () => {
    const { report, trained } = await run('round-robin', {
      misbehaviours: (index) => (index === 3 ? [{ kind: 'silent', about: 'update-header' }] : []),
    });
    expect(report.errors).to.deep.equal([]);
    const asked = trained.map((rounds) => [...rounds].filter((round) => round <= ROUNDS).length);
    expect(asked.reduce((sum, times) => sum + times, 0)).to.equal(COUNT * ROUNDS);
    expect(Math.max(...asked) - Math.min(...asked)).to.be.at.most(2);
  });
});
