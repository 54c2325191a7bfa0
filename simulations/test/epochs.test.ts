import { expect } from 'chai';
import { createAggregator } from '../../aggregation/index.ts';
import { nodesOf } from '../../coordinator/committee.ts';
import { entryDigest } from '../../coordinator/entry.ts';
import { operatorFor } from '../world/operators.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { World, type WorldOptions, type WorldReport } from '../world/world.ts';
import type { Misbehaviour } from '../world/world-node.ts';

const SIZE = 10;
const EPOCH = 2;

/** Ten nodes; the first five are the first committee unless told otherwise. */
function world(fields: Partial<WorldOptions>): WorldOptions {
  const { unit, relation, delta } = SCENARIO_PARAMETERS.privacy;
  return {
    seed: 'epochs',
    nodes: 10,
    contributors: 5,
    parameters: { ...SCENARIO_PARAMETERS, committee: { epochRounds: EPOCH, corruptShare: 0.15 } },
    layout: { tensors: [{ name: 'w', shape: [SIZE] }] },
    genesisWeights: new Float64Array(SIZE),
    aggregator: createAggregator('multi-krum', { f: 1 }),
    links: { delayMs: [5, 40], loss: 0.02 },
    operators: operatorFor,
    trainers: (_, random) => ({
      debits: () => 0,
      hasReleased: () => true,
      train: async () => ({
        update: Int32Array.from({ length: SIZE }, () => 10_000 + random.below(1_000)),
        privacy: { unit, relation, epsilon: null, delta },
        ledger: 0,
      }),
    }),
    evaluators: () => ({ judge: async () => 'accepted' }),
    ...fields,
  };
}

const run = async (rounds: number, fields: Partial<WorldOptions> = {}): Promise<WorldReport> => {
  const report = await new World(world(fields)).run(rounds, 120_000);
  expect(report.errors.map(String)).to.deep.equal([]);
  expect(report.contradictions).to.deep.equal([]);
  for (const [round, certificates] of report.certificates)
    expect(certificates, `round ${round}`).to.have.length(1);
  return report;
};
const idsOf = ({ nodes }: WorldReport, indices: readonly number[]) =>
  indices.map((index) => nodes[index]?.nodeId ?? '');
const entryOf = ({ certificates }: WorldReport, round: number) => certificates.get(round)?.[0]?.entry;
const rollOf = ({ decisions }: WorldReport, round: number) =>
  decisions.find(({ decided }) => decided.certificate.entry.round === round && decided.roll)?.decided.roll ??
  [];

describe('a network with contributors', () => {
  it('counts their updates, though they never vote, and keeps them at the head', async function () {
    this.timeout(120_000);
    const { committee: _, ...parameters } = SCENARIO_PARAMETERS;
    const report = await run(2, { parameters });
    expect(report.reached).to.equal(true);
    expect(rollOf(report, 2).map(({ node }) => node)).to.have.members(
      idsOf(report, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    );
    expect(rollOf(report, 2).filter(({ fate }) => fate === 'selected' || fate === 'accepted')).to.have.length(
      10,
    );
    const voters = new Set(
      report.decisions.flatMap(({ decided }) =>
        'signatures' in decided.certificate ? decided.certificate.signatures.map(({ index }) => index) : [],
      ),
    );
    expect(Math.max(...voters)).to.be.below(5);
  });

  it('tells them of a round whose leader keeps its certificate to itself', async function () {
    this.timeout(120_000);
    const { committee: _, ...parameters } = SCENARIO_PARAMETERS;
    const decidedAt = ({ decisions }: WorldReport, nodes: readonly number[]) =>
      Math.max(
        ...decisions
          .filter(({ node, decided }) => nodes.includes(node) && decided.certificate.entry.round === 1)
          .map(({ atMs }) => atMs),
      );
    const calm = await run(1, { parameters });
    const leader = calm.nodes.findIndex(
      ({ nodeId }) => nodeId === calm.decisions.find(({ decided }) => decided.leader)?.decided.leader,
    );
    const silent: Misbehaviour = { kind: 'silent', about: 'certificate' };
    const report = await run(1, { parameters, misbehaviours: (index) => (index === leader ? [silent] : []) });
    expect(report.reached).to.equal(true);
    const members = decidedAt(report, [0, 1, 2, 3, 4]);
    expect(decidedAt(report, [5, 6, 7, 8, 9]) - members).to.be.within(150, 1_000);
  });
});

describe('a network with epochs', () => {
  it('hands over to whoever is registered, and those who left only follow', async function () {
    this.timeout(120_000);
    // Everybody is registered by the second block; the first two leave at the ninth.
    const report = await run(3 * EPOCH, { isRegistered: (index, height) => height < 9 || index > 1 });
    expect(report.reached).to.equal(true);
    const epochs = [1, 2, 3, 4, 5, 6].map((round) => entryOf(report, round)?.epoch);
    expect(epochs).to.deep.equal([0, 0, 1, 1, 2, 2]);
    expect([1, 2, 3, 4].map((round) => entryOf(report, round)?.nextCommittee === null)).to.deep.equal([
      true,
      false,
      true,
      false,
    ]);
    // Who is no longer on the roster, or not yet, says nothing that others would hold against it.
    expect(report.refusals.get('MESSAGE_NOT_MEMBER')).to.equal(undefined);
    const last = rollOf(report, 6).map(({ node }) => node);
    expect(last).to.have.members(idsOf(report, [2, 3, 4, 5, 6, 7, 8, 9]));
    for (const { head } of report.nodes)
      expect(head?.entry).to.equal(entryDigest(entryOf(report, head?.round ?? 0) as never));
    expect(nodesOf(report.committee)).to.have.members(idsOf(report, [0, 1, 2, 3, 4]));
  });

  it('takes along a member that slept through two hand-overs', async function () {
    this.timeout(120_000);
    const asleep: Misbehaviour = { kind: 'crash', atMs: 3_000, downMs: 45_000 };
    const report = await run(3 * EPOCH, { misbehaviours: (index) => (index === 3 ? [asleep] : []) });
    expect(report.reached).to.equal(true);
    expect(report.nodes[3]?.head?.round).to.be.at.least(3 * EPOCH);
  });
});
