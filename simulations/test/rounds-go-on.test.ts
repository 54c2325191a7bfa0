import { expect } from 'chai';
import { createAggregator } from '../../aggregation/index.ts';
import { type Judgement, judgeScores, type RoundTrainer } from '../../coordinator/index.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import { hashedOperatorFor } from '../world/hashed-votes.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import type { SeededRandom } from '../world/random.ts';
import { randomTrainer } from '../world/random-trainer.ts';
import { World, type WorldOptions, type WorldReport } from '../world/world.ts';

const NODES = 5;
const SIZE = 4;

/** What the member that crashes in a round says last: five rounds each. */
const STAGES = ['update-header', 'seal-report', 'body-report', 'prepare'] as const;
const stageOf = (round: number) => STAGES[Math.floor((round - 1) / NODES) % STAGES.length];

/** Five members whose rule needs three updates. */
function worldOf(seed: string, more: Partial<WorldOptions> = {}): World {
  return new World({
    seed: `rounds-go-on/${seed}`,
    nodes: NODES,
    parameters: { ...SCENARIO_PARAMETERS, rule: { name: 'median', f: 1 } },
    layout: { tensors: [{ name: 'w', shape: [SIZE] }] },
    genesisWeights: new Float64Array(SIZE),
    aggregator: createAggregator('median', { f: 1 }),
    links: { loss: 0.02, delayMs: [5, 60] },
    operators: hashedOperatorFor,
    trainers: (_, random) => trainer(random),
    evaluators: () => ({ judge: async () => 'accepted' }),
    ...more,
  });
}

/** @param abstains rounds in which there is no update. */
function trainer(random: SeededRandom, abstains: (round: number) => boolean = () => false): RoundTrainer {
  const honest = randomTrainer(random, SIZE, 1);
  return {
    ...honest,
    train: async (round, ...rest) => (abstains(round) ? undefined : honest.train(round, ...rest)),
  };
}

/** A candidate that is better on the one collateral, and changed by a factor on the other. */
function judgedWith(factor: number): Judgement {
  const scores = (eth: number, dai: number) => [
    { head: 'peg', collateral: 'eth', score: eth },
    { head: 'peg', collateral: 'dai', score: dai },
  ];
  return judgeScores(scores(1, 1), scores(factor, 0.5), { deadBand: 0.005 });
}

function entriesOf({ certificates }: WorldReport): RoundEntry[] {
  return [...certificates]
    .sort(([a], [b]) => a - b)
    .flatMap(([round, each]) => {
      expect(each, `entries of round ${round}`).to.have.length(1);
      return each.map(({ entry }) => entry);
    });
}

describe('rounds go on', function () {
  this.timeout(120_000);

  it('for twenty rounds with a crash in each', async () => {
    const rounds = Array.from({ length: 20 }, (_, i) => i + 1);
    const crashed = new Set<number>();
    const report = await worldOf('crashes', {
      misbehaviours: (index) =>
        STAGES.map((said) => ({
          kind: 'crash-in-round',
          said,
          rounds: rounds.filter((round) => round % NODES === index && stageOf(round) === said),
          downMs: 1_500,
        })),
      onSaid: (index, bytes) => {
        const { type, round } = openEnvelope(bytes).envelope;
        if (round % NODES === index && stageOf(round) === type) crashed.add(round);
      },
    }).run(20, 300_000);
    expect(report.reached).to.equal(true);
    expect(report.errors).to.deep.equal([]);
    expect(report.contradictions).to.deep.equal([]);
    expect([...crashed].filter((round) => round <= 20)).to.have.length(20);
    const entries = entriesOf(report).slice(0, 20);
    expect(entries.map(({ outcome }) => outcome)).to.deep.equal(entries.map(() => 'accepted'));
    expect(entries.at(-1)?.version).to.equal(20);
  });

  it('after rounds with too few updates and after one that one collateral is worse off with, from the last version', async () => {
    const abstains = (index: number) => (round: number) => (round === 2 || round === 3) && index < 3;
    const report = await worldOf('too few', {
      trainers: (index, random) => trainer(random, abstains(index)),
      evaluators: () => ({ judge: async (round) => judgedWith(round === 5 ? 1.01 : 0.99) }),
    }).run(6, 100_000);
    expect(report.reached).to.equal(true);
    expect(report.errors).to.deep.equal([]);
    const entries = entriesOf(report).slice(0, 6);
    expect(entries.map(({ outcome }) => outcome)).to.deep.equal([
      'accepted',
      'aborted',
      'aborted',
      'accepted',
      'rejected',
      'accepted',
    ]);
    expect(entries.map(({ version }) => version)).to.deep.equal([1, 1, 1, 2, 2, 3]);
    const [first, ...later] = entries;
    let model = first?.modelDigest;
    for (const { baseDigest, outcome, modelDigest, reason } of later) {
      expect(baseDigest).to.equal(model);
      if (outcome !== 'accepted') expect(modelDigest).to.equal(model);
      if (outcome === 'aborted') expect(reason).to.equal('2 updates, 3 needed');
      if (outcome === 'rejected')
        expect(reason).to.equal('worse on public data than the last version: peg/eth');
      model = modelDigest;
    }
  });
});
