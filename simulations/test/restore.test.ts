import { expect } from 'chai';
import { createAggregator, stateDigest } from '../../aggregation/index.ts';
import { genesisHead, genesisState, verifyLog } from '../../coordinator/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { hashedOperatorFor } from '../world/hashed-votes.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { World, type WorldOptions, type WorldReport } from '../world/world.ts';
import { storeOf } from './stored-log.ts';

const NODES = 4;
const SIZE = 4;
const AGGREGATOR = createAggregator('fedavg+fedadam:lr=0.1', { f: 0 });
const PARAMETERS: NetworkParameters = {
  ...SCENARIO_PARAMETERS,
  rule: { name: 'fedavg+fedadam:lr=0.1', f: 0 },
  privacy: { ...SCENARIO_PARAMETERS.privacy, unit: 'node', noiseMultiplier: 1 },
};
const GENESIS_WEIGHTS = new Float64Array(SIZE);

/** Four members whose aggregation has a state, asked by governance to restore versions. */
async function run(seed: string, rounds: number, more: Partial<WorldOptions>) {
  const trained: number[] = [];
  const world = new World({
    seed: `restore/${seed}`,
    nodes: NODES,
    parameters: PARAMETERS,
    layout: { tensors: [{ name: 'w', shape: [SIZE] }] },
    genesisWeights: GENESIS_WEIGHTS,
    aggregator: AGGREGATOR,
    links: { loss: 0.02, delayMs: [5, 60] },
    operators: hashedOperatorFor,
    trainers: (_, random) => ({
      debits: () => 0,
      hasReleased: () => true,
      train: async (round) => {
        trained.push(round);
        return {
          update: Int32Array.from({ length: SIZE }, () => 10_000 + random.below(1_000)),
          privacy: { unit: 'node', relation: 'add-remove', epsilon: round / 2, delta: 1e-5 },
          ledger: round,
        };
      },
    }),
    evaluators: () => ({ judge: async () => 'accepted' }),
    ...more,
  });
  const report = await world.run(rounds, 200_000);
  expect(report.reached).to.equal(true);
  expect(report.errors).to.deep.equal([]);
  expect(report.contradictions).to.deep.equal([]);
  return { report, entries: entriesOf(report).slice(0, rounds), trained };
}

function entriesOf({ certificates }: WorldReport): RoundEntry[] {
  return [...certificates]
    .sort(([a], [b]) => a - b)
    .flatMap(([round, each]) => {
      expect(each, `entries of round ${round}`).to.have.length(1);
      return each.map(({ entry }) => entry);
    });
}

async function mismatches(seed: string, report: WorldReport): Promise<readonly unknown[]> {
  const network = digestOf('ballast/simulation/network', { seed: `restore/${seed}` });
  const state = stateDigest(genesisState(AGGREGATOR, SIZE));
  const result = await verifyLog(
    {
      network,
      genesis: genesisHead(network, weightsDigest(GENESIS_WEIGHTS), 1, state),
      parameters: PARAMETERS,
      size: SIZE,
      genesisWeights: GENESIS_WEIGHTS,
      trust: 'genesis',
      all: true,
    },
    {
      store: storeOf(report.nodes[0]?.stored() ?? new Map()),
      aggregator: AGGREGATOR,
      commitScheme: hashedOperatorFor(0).scheme,
      committeeOf: async () => report.committee,
    },
  );
  return result.mismatches;
}

describe('restoring a version', function () {
  this.timeout(120_000);

  it('makes it the next version, once, without training, and training goes on from it', async () => {
    const { report, entries, trained } = await run('once', 6, { restores: [{ atHeight: 12, version: 1 }] });
    const at = entries.findIndex(({ restore }) => restore !== undefined);
    const [restored, first] = [entries[at], entries.find(({ version }) => version === 1)];
    if (restored === undefined || first === undefined) throw new Error('no round restored version 1');
    expect(at).to.be.within(1, 4);
    expect(restored.outcome).to.equal('accepted');
    expect(restored.reason).to.equal('restored version 1 by governance');
    expect(restored.version).to.equal(restored.baseVersion + 1);
    expect(restored.modelDigest).to.equal(first.modelDigest).and.not.equal(restored.baseDigest);
    expect(restored.stateDigest).to.equal(first.stateDigest);
    expect(restored.privacy).to.deep.equal(first.privacy);
    expect(restored.updates).to.deep.include({ sealed: 0, accepted: 0, selected: 0 });
    expect(restored.restore).to.deep.equal({ nonce: 1, version: 1 });
    expect(trained).to.not.include(restored.round);
    const [next, ...later] = entries.slice(at + 1);
    expect(next?.baseDigest).to.equal(first.modelDigest);
    expect(next?.baseState).to.equal(first.stateDigest);
    for (const entry of [next, ...later]) {
      expect(entry?.outcome).to.equal('accepted');
      expect(entry?.restore).to.deep.equal({ nonce: 1, version: null });
      expect(entry?.updates.sealed).to.equal(NODES);
    }
    expect(await mismatches('once', report)).to.deep.equal([]);
  });

  it('goes back to genesis too, and again for every request', async () => {
    const { entries } = await run('twice', 6, {
      restores: [
        { atHeight: 8, version: 0 },
        { atHeight: 16, version: 1 },
      ],
    });
    const restored = entries.filter(({ restore }) => restore?.version != null);
    expect(restored.map(({ restore }) => restore)).to.deep.equal([
      { nonce: 1, version: 0 },
      { nonce: 2, version: 1 },
    ]);
    expect(restored[0]?.modelDigest).to.equal(weightsDigest(GENESIS_WEIGHTS));
    expect(restored[1]?.modelDigest).to.equal(entries.find(({ version }) => version === 1)?.modelDigest);
  });

  it('is rejected, and not asked again, where nobody holds the version any more', async () => {
    const { entries } = await run('forgotten', 11, {
      parameters: { ...PARAMETERS, retention: { rounds: 2 } },
      restores: [{ atHeight: 24, version: 1 }],
    });
    const [tried, ...later] = entries.filter(({ restore }) => restore !== undefined);
    expect(tried?.outcome).to.equal('rejected');
    expect(tried?.reason).to.equal('version 1 cannot be restored: too few members hold it');
    expect(tried?.modelDigest).to.equal(tried?.baseDigest);
    expect(later.map(({ outcome }) => outcome)).to.deep.equal(later.map(() => 'accepted'));
    expect(later.map(({ restore }) => restore?.version)).to.deep.equal(later.map(() => null));
  });

  it('is carried out with a member that never proposes and crashes meanwhile', async () => {
    const { entries } = await run('faults', 6, {
      nodes: 5,
      restores: [{ atHeight: 12, version: 1 }],
      misbehaviours: (index) =>
        index === 1
          ? [
              { kind: 'silent', about: 'proposal' },
              { kind: 'crash-in-round', said: 'body-report', rounds: [4, 5], downMs: 1_000 },
            ]
          : [],
    });
    const [restored, ...more] = entries.filter(({ restore }) => restore?.version != null);
    expect(more).to.deep.equal([]);
    expect(restored?.outcome).to.equal('accepted');
  });
});
