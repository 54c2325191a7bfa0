import { expect } from 'chai';
import { createAggregator } from '../../aggregation/index.ts';
import { inPlaceOf } from '../world/behaviours/behaviour.ts';
import { hashedOperatorFor } from '../world/hashed-votes.ts';
import { opened } from '../world/opened.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { randomTrainer } from '../world/random-trainer.ts';
import { World, type WorldReport } from '../world/world.ts';
import type { Misbehaviour } from '../world/world-node.ts';

const NODES = 7;
const SIZE = 4;
const LIAR = 3;
const QUARANTINE = 2;
const PARAMETERS = {
  ...SCENARIO_PARAMETERS,
  rule: { name: 'median', f: 1 },
  standing: { quarantineRounds: QUARANTINE },
};

async function run(
  seed: string,
  rounds: number,
  misbehaviour: Misbehaviour,
): Promise<WorldReport & { liar: string }> {
  const world = new World({
    seed: `standing/${seed}`,
    nodes: NODES,
    parameters: PARAMETERS,
    layout: { tensors: [{ name: 'w', shape: [SIZE] }] },
    genesisWeights: new Float64Array(SIZE),
    aggregator: createAggregator('median', { f: 1 }),
    links: { loss: 0, delayMs: [5, 40] },
    operators: hashedOperatorFor,
    trainers: (_, random) => randomTrainer(random, SIZE, 1),
    evaluators: () => ({ judge: async () => 'accepted' }),
    misbehaviours: (index) => (index === LIAR ? [misbehaviour] : []),
  });
  const report = await world.run(rounds, 400_000);
  expect(report.reached).to.equal(true);
  expect(report.errors).to.deep.equal([]);
  return { ...report, liar: report.nodes[LIAR]?.nodeId ?? '' };
}

/** Fate and standing of the liar after each round, as one honest node saw it. */
function history({ decisions, liar }: WorldReport & { readonly liar: string }) {
  const ofNode = decisions.filter(({ node }) => node === 0).map(({ decided }) => decided);
  return ofNode
    .sort((a, b) => a.certificate.entry.round - b.certificate.entry.round)
    .map(({ certificate: { entry }, roll, standing }) => ({
      round: entry.round,
      fate: roll?.find(({ node }) => node === liar)?.fate,
      tier: standing?.rows.get(liar)?.tier,
      offences: entry.offences.filter(({ node }) => node === liar).map(({ kind }) => kind),
    }));
}

describe('standing in a running network', function () {
  this.timeout(120_000);

  it('demotes a node that serves no bodies after exactly five rounds', async () => {
    const report = await run('no bodies', 11, {
      kind: 'byzantine',
      behaviour: () => ({ serve: () => false }),
      victim: 0,
    });
    const seen = history(report);
    expect(seen.slice(0, 10).map(({ fate }) => fate)).to.deep.equal(Array(10).fill('BODY_NOT_SERVED'));
    expect(seen.slice(0, 4).map(({ tier }) => tier)).to.deep.equal(Array(4).fill('trusted'));
    expect(seen.slice(4, 9).map(({ tier }) => tier)).to.deep.equal(Array(5).fill('probation'));
    expect(seen[9]?.tier).to.equal('quarantined');
    expect(seen[10]?.fate).to.equal('NODE_QUARANTINED');
  });

  it('isolates a node within a round of its second header, and takes it back by a canary', async () => {
    const report = await run('two headers', 10, {
      kind: 'byzantine',
      victim: 0,
      behaviour: (host) => ({
        say: (bytes) => {
          host.send(bytes);
          const said = opened(bytes);
          if (said?.message.type !== 'update-header' || said.message.round !== 2) return;
          const other = { ...said.message.payload, ledger: said.message.payload.ledger + 1 };
          host.send(inPlaceOf(said.envelope, host, 'update-header', other));
        },
      }),
    });
    const seen = history(report);
    const offence = seen.findIndex(({ offences }) => offences.length > 0);
    expect(seen[offence]?.offences).to.deep.equal(['equivocation-header']);
    // The deed is of round 2, and the entry of that round or of the next names it.
    expect(offence + 1).to.be.within(2, 3);
    const after = seen.slice(offence);
    expect(after.map(({ tier }) => tier).slice(0, 7)).to.deep.equal([
      'quarantined',
      ...Array(QUARANTINE).fill('quarantined'),
      'probation',
      'probation',
      'probation',
      'trusted',
    ]);
    expect(after.slice(1, 2 + QUARANTINE).map(({ fate }) => fate)).to.deep.equal([
      ...Array(QUARANTINE).fill('NODE_QUARANTINED'),
      'NODE_CANARY',
    ]);
    expect(seen.filter(({ offences }) => offences.length > 0)).to.have.length(1);
  });
});
