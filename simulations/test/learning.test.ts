import { expect } from 'chai';
import {
  ROBUSTNESS_CELLS,
  type RobustnessCellName,
  type RobustnessRuns,
  runCells,
} from '../experiments/robustness-cells.ts';
import {
  type CellSummary,
  mean,
  percent,
  robustnessTable,
  summarise,
} from '../experiments/robustness-summary.ts';

/** None of them was used to choose a setting: those are 1 to 5. */
const SEEDS = [101, 102, 103, 104];
/** Without noise, or without one defence or several, the effect is large: one seed shows it. */
const FEW = SEEDS.slice(0, 1);

describe('learning through the whole round, seven nodes, ten rounds, one of them lying', function () {
  this.timeout(600_000);
  let runs: RobustnessRuns = new Map();
  const seedsOf = new Map<string, readonly number[]>();
  const cell = (name: RobustnessCellName): CellSummary => summarise(runs, name);
  /** Names the cells of a block, which all of them must pass as runs. */
  const withCells = (names: readonly RobustnessCellName[], seeds: readonly number[]) => {
    for (const name of names) seedsOf.set(name, seeds);
    it('ends with one model on all nodes, one entry a round, no error and hardly an honest update lost', () => {
      for (const name of names) expectSound(runs, name);
    });
  };

  // All of them together: each seed's market is made once.
  before(async () => {
    const cells = ROBUSTNESS_CELLS.filter(({ name }) => seedsOf.has(name));
    runs = await runCells(cells, ({ name }) => seedsOf.get(name) ?? []);
  });

  after(() => {
    console.log(`\n${robustnessTable([...runs.keys()].map((name) => summarise(runs, name)))}`);
    for (const name of ['honest', 'liar'] as const)
      console.log(`skill B2 of ${name} by seed: ${cell(name).skillB2.map(percent).join(', ')}`);
  });

  describe('with the defaults', () => {
    withCells(['honest', 'liar'], SEEDS);

    it('keeps at least 95 % of the held-out gain over the markets, and what the noise leaves of it on each', () => {
      const { gainKept = [] } = cell('liar');
      expect(gainKept).to.have.length(SEEDS.length);
      expect(mean(gainKept)).to.be.at.least(0.95);
      // Both runs of a market carry privacy noise of their own: over 60 pairs of runs, drawn by the exact and the fast
      // sampler, the share kept was 1.00 on average with a deviation of 0.03, and 0.89 to 1.09 on single markets.
      expect(Math.min(...gainKept)).to.be.at.least(0.85);
    });

    it('beats B0 and B2 on held-out data on every market, with the liar and without', () => {
      for (const name of ['honest', 'liar'] as const) {
        expect(Math.min(...cell(name).skillB0), name).to.be.greaterThan(0);
        expect(Math.min(...cell(name).skillB2), name).to.be.greaterThan(0);
      }
    });
  });

  describe('with privacy off', () => {
    withCells(['liar-off'], FEW);

    it('leaves the liar out in at least 95 % of the rounds, as it does under record privacy', () => {
      expect(cell('liar-off').rounds).to.equal(10 * FEW.length);
      expect(cell('liar-off').liarLeftOut).to.be.at.least(0.95);
      expect(cell('liar').liarLeftOut).to.be.at.least(0.95);
    });
  });

  describe('with the reversed update boosted tenfold', () => {
    withCells(
      [
        'boosted-bare-fedavg',
        'boosted-bare',
        'boosted-norm-fedavg',
        'boosted-gate-fedavg',
        'boosted-both-fedavg',
      ],
      FEW,
    );

    it('is worse than genesis under the mean with neither gate nor norm check, and not under the default rule', () => {
      expect(Math.min(...cell('boosted-bare-fedavg').lossOverGenesis)).to.be.greaterThan(1);
      expect(Math.max(...cell('boosted-bare').lossOverGenesis)).to.be.lessThan(1);
      expect(cell('boosted-bare').liarLeftOut).to.equal(1);
    });

    it('is refused by the norm check: the mean learns as if nobody lied', () => {
      const { normRefusals, rounds, liarLeftOut, lossOverGenesis, rejectedRounds } =
        cell('boosted-norm-fedavg');
      // Every other node refuses the header in every round.
      expect(normRefusals).to.be.at.least(6 * rounds);
      expect(liarLeftOut).to.equal(1);
      expect(rejectedRounds).to.equal(0);
      expect(Math.max(...lossOverGenesis)).to.be.lessThan(1);
    });

    it('is rejected by the gate: nothing is learned and next to nothing lost', () => {
      const { normRefusals, rounds, rejectedRounds, lossOverGenesis } = cell('boosted-gate-fedavg');
      expect(normRefusals).to.equal(0);
      expect(rejectedRounds / rounds).to.be.at.least(0.95);
      // The gate has a dead band, and two weeks of its rows tell a model's loss to half a percent: what passes by
      // chance shows on the held-out rows.
      const mean = lossOverGenesis.reduce((sum, ratio) => sum + ratio, 0) / lossOverGenesis.length;
      expect(mean).to.be.at.most(1.005);
      expect(Math.max(...lossOverGenesis)).to.be.at.most(1.01);
    });

    it('does no harm under the mean with both', () => {
      const { normRefusals, rounds, lossOverGenesis } = cell('boosted-both-fedavg');
      expect(normRefusals).to.be.at.least(6 * rounds);
      expect(Math.max(...lossOverGenesis)).to.be.lessThan(1);
    });
  });
});

function expectSound(runs: RobustnessRuns, name: string): void {
  const results = [...(runs.get(name)?.values() ?? [])];
  expect(results, name).not.to.deep.equal([]);
  for (const { models, report, rounds, liar } of results) {
    expect(new Set(models).size, name).to.equal(1);
    expect(models[0], name).to.be.a('string');
    expect(report.errors, name).to.deep.equal([]);
    expect(rounds, name).to.have.length(10);
    for (const [round, certificates] of report.certificates)
      expect(certificates, `${name}, round ${round}`).to.have.length(1);
    const honest = rounds.map(({ accepted }) => accepted.filter((node) => node !== liar).length);
    expect(mean(honest) / (liar === undefined ? 7 : 6), name).to.be.at.least(0.99);
  }
}
