import { expect } from 'chai';
import {
  createAggregator,
  preAggregatorNames,
  ruleNames,
  serverStepNames,
  stateDigest,
} from '../../aggregation/index.ts';
import {
  genesisHead,
  genesisState,
  hasState,
  NO_STATE,
  type RoundAggregator,
  verifyLog,
} from '../../coordinator/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import { type Layout, layoutSize } from '../../protocol/layout.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { hashedOperatorFor } from '../world/hashed-votes.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { World, type WorldOptions, type WorldReport } from '../world/world.ts';
import { storeOf } from './stored-log.ts';

const LAYOUT: Layout = { tensors: [{ name: 'w', shape: [5] }] };
const SIZE = layoutSize(LAYOUT);
const GENESIS_WEIGHTS = new Float64Array(SIZE);
const NODES = 7;
const REJECTED = 2;
const PARAMETERS = { ...SCENARIO_PARAMETERS, retention: { rounds: 9 } };

const seedOf = (name: string) => `aggregations/${name}`;

function worldOf(name: string, aggregator: RoundAggregator, more: Partial<WorldOptions> = {}): World {
  const rowSize = aggregator.rowSize(SIZE);
  return new World({
    seed: seedOf(name),
    nodes: NODES,
    parameters: PARAMETERS,
    layout: LAYOUT,
    genesisWeights: GENESIS_WEIGHTS,
    aggregator,
    links: { loss: 0, delayMs: [5, 20] },
    operators: hashedOperatorFor,
    trainers: (_, random) => ({
      debits: () => 0,
      hasReleased: () => true,
      train: async () => ({
        update: Int32Array.from({ length: rowSize }, () => 10_000 + random.below(1_000)),
        privacy: { unit: 'none', relation: 'add-remove', epsilon: null, delta: 1e-5 },
        ledger: 0,
      }),
    }),
    evaluators: () => ({ judge: async (round) => (round === REJECTED ? 'rejected' : 'accepted') }),
    ...more,
  });
}

function genesisOf(name: string, aggregator: RoundAggregator) {
  const network = digestOf('ballast/simulation/network', { seed: seedOf(name) });
  const state = stateDigest(genesisState(aggregator, SIZE));
  return { network, genesis: genesisHead(network, weightsDigest(GENESIS_WEIGHTS), 1, state) };
}

/** What a node's disk says, recomputed from the signed updates on. */
function verified(name: string, aggregator: RoundAggregator, report: WorldReport, index = 0) {
  return verifiedDisk(name, aggregator, report, report.nodes[index]?.stored() ?? new Map());
}

function verifiedDisk(
  name: string,
  aggregator: RoundAggregator,
  { committee }: WorldReport,
  stored: ReadonlyMap<string, Uint8Array>,
) {
  return verifyLog(
    {
      ...genesisOf(name, aggregator),
      parameters: PARAMETERS,
      size: SIZE,
      genesisWeights: GENESIS_WEIGHTS,
      trust: 'genesis',
      all: true,
    },
    {
      store: storeOf(stored),
      aggregator,
      commitScheme: hashedOperatorFor(0).scheme,
      committeeOf: async () => committee,
    },
  );
}

const entriesOf = ({ certificates }: WorldReport) =>
  [...certificates.values()].map((each) => {
    expect(each, 'two entries for one round').to.have.length(1);
    return each[0]?.entry;
  });

describe('a round of every aggregation', function () {
  this.timeout(120_000);

  for (const name of [...ruleNames, ...preAggregatorNames, ...serverStepNames]) {
    const aggregator = createAggregator(name, { f: 1, radius: 1 });
    if (aggregator.needs.includes('losses')) {
      it(`${name}: is refused, since no loss is released`, async () => {
        const error = await worldOf(name, aggregator)
          .run(1, 1)
          .catch((reason: unknown) => reason);
        expect(error).to.have.property('code', 'RULE_NEEDS_LOSSES');
      });
      continue;
    }

    it(`${name}: the same on all nodes, without a rejected round’s state, and recomputed from the log`, async () => {
      const report = await worldOf(name, aggregator).run(3, 60_000);
      expect(report.errors).to.deep.equal([]);
      expect(report.reached).to.equal(true);
      const heads = report.nodes.map(({ head }) => head);
      expect(new Set(heads.map((head) => JSON.stringify(head))).size).to.equal(1);
      const [first, rejected, last] = entriesOf(report);
      expect([first?.outcome, rejected?.outcome, last?.outcome]).to.deep.equal([
        'accepted',
        'rejected',
        'accepted',
      ]);
      expect(first?.baseState).to.equal(genesisOf(name, aggregator).genesis.stateDigest);
      expect(rejected?.stateDigest).to.equal(first?.stateDigest);
      expect(last?.baseState).to.equal(first?.stateDigest);
      expect(last?.stateDigest).to.equal(last?.candidateState).and.equal(heads[0]?.stateDigest);
      const states = new Set([first, rejected, last].map((entry) => entry?.candidateState));
      if (hasState(aggregator, SIZE)) expect(states.size).to.be.above(1);
      else expect([...states]).to.deep.equal([NO_STATE]);
      const { mismatches, coverage } = await verified(name, aggregator, report);
      expect(mismatches).to.deep.equal([]);
      expect([coverage.votes, coverage.bodies]).to.deep.equal([3, 3]);
    });
  }

  it('keeps nothing on disk of an aggregation that carries nothing', async () => {
    const report = await worldOf('median', createAggregator('median', { f: 1 })).run(1, 60_000);
    const keys = [...(report.nodes[0]?.stored().keys() ?? [])];
    // The bodies, the model and the table of everybody's standing.
    expect(keys.filter((key) => key.startsWith('blob/'))).to.have.length(NODES + 2);
    expect(keys).to.not.include(`blob/${NO_STATE}`);
  });

  it('keeps the state of the last version through rejections, beyond what is retained', async () => {
    const aggregator = createAggregator('fedadam');
    const rejected = (round: number) => round > 1 && round < 6;
    const report = await worldOf('rejections', aggregator, {
      parameters: { ...PARAMETERS, retention: { rounds: 2 } },
      evaluators: () => ({ judge: async (round) => (rejected(round) ? 'rejected' : 'accepted') }),
    }).run(7, 120_000);
    expect(report.errors).to.deep.equal([]);
    const [first, , , , , sixth, seventh] = entriesOf(report);
    expect([first, sixth, seventh].map((entry) => entry?.version)).to.deep.equal([1, 2, 3]);
    expect(sixth?.baseState).to.equal(first?.stateDigest);
    const { mismatches, coverage } = await verified('rejections', aggregator, report);
    expect(mismatches).to.deep.equal([]);
    expect(coverage.bodies).to.equal(2);
    // Two retained rounds with seven bodies, a model, a state and a table of standing each; and what they build on.
    const keys = [...(report.nodes[0]?.stored().keys() ?? [])].filter((key) => key.startsWith('blob/'));
    expect(keys.length).to.be.at.most(2 * (NODES + 3) + 3);
  });

  it('gets the state from the others where a node was away, and goes on with it', async () => {
    const aggregator = createAggregator('fedadam');
    const away = { kind: 'crash', atMs: 1_500, downMs: 20_000 } as const;
    const report = await worldOf('away', aggregator, {
      misbehaviours: (index) => (index === 6 ? [away] : []),
    }).run(8, 120_000);
    expect(report.errors).to.deep.equal([]);
    expect(report.reached).to.equal(true);
    const late = report.nodes[6];
    const own = report.decisions.filter(({ node, decided }) => node === 6 && decided.candidate !== undefined);
    expect(own.length, 'rounds that the late node aggregated itself').to.be.above(0);
    expect(late?.head).to.deep.equal(report.nodes[0]?.head);
    expect((await verified('away', aggregator, report)).mismatches).to.deep.equal([]);
    // Rounds that it missed have no bodies on its disk; what it has since, it computed from a state that it was given.
    const { mismatches, coverage } = await verified('away', aggregator, report, 6);
    expect(mismatches).to.deep.equal([]);
    expect(coverage.bodies).to.be.within(1, 7);
  });

  it('names the round of a state of which one bit is changed', async () => {
    const aggregator = createAggregator('fedadam');
    const report = await worldOf('flipped', aggregator).run(3, 60_000);
    const states = entriesOf(report).map((entry) => entry?.candidateState ?? '');
    const stored = report.nodes[0]?.stored() ?? new Map<string, Uint8Array>();
    for (const [index, digest] of states.entries()) {
      const bytes = stored.get(`blob/${digest}`) ?? new Uint8Array();
      const flipped = bytes.map((byte, i) => (i === bytes.length - 3 ? byte ^ 4 : byte));
      const disk = new Map([...stored, [`blob/${digest}`, flipped]]);
      const { mismatches } = await verifiedDisk('flipped', aggregator, report, disk);
      expect(mismatches[0]).to.deep.include({ round: index + 1, field: 'body', expected: digest });
    }
  });

  it('says what does not follow where a state was lied about', async () => {
    const aggregator = createAggregator('fedavgm:beta1=0.9');
    const report = await worldOf('fedavgm', aggregator).run(3, 60_000);
    const other = createAggregator('fedavgm:beta1=0.5');
    const { mismatches } = await verified('fedavgm', other, report);
    expect(mismatches.map(({ field }) => field)).to.include('entry.candidateState');
  });

  it('answers votes and timers while a node still computes, and that node follows the others', async () => {
    const aggregator = createAggregator('median', { f: 1 });
    const slow = 6;
    let world: World | undefined;
    const late: RoundAggregator = {
      ...aggregator,
      aggregate: async (rows, state, inputs) => {
        const { signal } = inputs;
        await new Promise<void>((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          world?.scheduler.after(60_000, () => resolve());
        });
        return aggregator.aggregate(rows, state, inputs);
      },
    };
    world = worldOf('late', aggregator, { aggregators: (index) => (index === slow ? late : aggregator) });
    const report = await world.run(3, 60_000);
    expect(report.reached).to.equal(true);
    expect(report.errors).to.deep.equal([]);
    expect(report.nodes[slow]?.head).to.deep.equal(report.nodes[0]?.head);
    const { certificates } = report;
    const views = [...certificates.values()].map(([certificate]) => certificate?.view);
    // It led a view of its own in vain at most: nothing that it said, or did not, kept the others from deciding.
    expect(views.every((view) => view !== undefined && view <= 1)).to.equal(true);
  });
});
