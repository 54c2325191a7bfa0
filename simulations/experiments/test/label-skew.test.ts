import { expect } from 'chai';
import { type LabelSkewResult, leastLoss, runLabelSkew } from '../label-skew/run.ts';
import { type Examples, labelSkew } from '../label-skew/task.ts';

const LOCAL = { localSteps: 10, learningRate: 0.5 } as const;
const ROUNDS = 40;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('eight nodes with labels of their own, Dirichlet(0.1)', () => {
  let all: Examples[];
  let least: number;
  let fedAvg: LabelSkewResult;
  let fedProx: LabelSkewResult;
  let scaffold: LabelSkewResult;
  /** Rounds until the loss is within `excess` of the least; infinite where it never is. */
  const roundsTo = (excess: number, { losses }: LabelSkewResult) => {
    const at = losses.findIndex((loss) => loss - least <= excess);
    return at === -1 ? Number.POSITIVE_INFINITY : at + 1;
  };
  before(() => {
    all = labelSkew({ nodes: 8, records: 60, alpha: 0.1, seed: 1 });
    least = leastLoss(all);
    fedAvg = runLabelSkew(all, { rule: 'fedavg', rounds: ROUNDS, ...LOCAL });
    fedProx = runLabelSkew(all, { rule: 'fedavg', rounds: ROUNDS, proximal: 1, ...LOCAL });
    scaffold = runLabelSkew(all, { rule: 'scaffold', rounds: ROUNDS, ...LOCAL });
  });

  it('are as unlike as that says', () => {
    const labels = all.map(({ label }) => new Set(label).size);
    expect(labels.filter((count) => count <= 2)).to.have.length.at.least(7);
    expect(new Set(all.flatMap(({ label }) => [...label])).size).to.equal(5);
  });

  it('drift apart under FedAvg, which therefore settles beside the optimum', () => {
    expect(fedAvg.losses.at(-1)).to.be.greaterThan(least + 0.015);
    expect(roundsTo(0.01, fedAvg)).to.equal(Number.POSITIVE_INFINITY);
  });

  it('drift less under FedProx, in every round and the less the larger μ', () => {
    const weak = runLabelSkew(all, { rule: 'fedavg', rounds: ROUNDS, proximal: 0.1, ...LOCAL });
    for (const [round, drift] of fedAvg.drifts.entries()) {
      expect(weak.drifts[round], `round ${round}`).to.be.lessThan(drift);
      expect(fedProx.drifts[round], `round ${round}`).to.be.lessThan(weak.drifts[round] ?? 0);
    }
    expect(mean(fedProx.drifts)).to.be.lessThan(mean(fedAvg.drifts) / 2);
  });

  it('reach the optimum under SCAFFOLD in a few rounds', () => {
    expect(roundsTo(0.01, scaffold)).to.be.at.most(8);
    for (const excess of [0.1, 0.05]) {
      expect(roundsTo(excess, scaffold)).to.be.lessThan(roundsTo(excess, fedAvg));
    }
    expect(scaffold.losses.at(-1)).to.be.closeTo(least, 1e-5);
    expect(scaffold.drifts.at(-1)).to.be.lessThan((fedAvg.drifts.at(-1) ?? 0) / 10);
  });

  it('have nothing to gain from SCAFFOLD where their labels are shared alike', () => {
    const alike = labelSkew({ nodes: 8, records: 60, alpha: 1000, seed: 1 });
    const [plain, corrected] = ['fedavg', 'scaffold'].map((rule) =>
      runLabelSkew(alike, { rule, rounds: 10, ...LOCAL }).losses.at(-1),
    );
    expect(Math.abs((plain ?? Number.NaN) - (corrected ?? Number.NaN))).to.be.lessThan(0.002);
  });

  it('train to the same bits again', () => {
    const again = runLabelSkew(labelSkew({ nodes: 8, records: 60, alpha: 0.1, seed: 1 }), {
      rule: 'scaffold',
      rounds: 3,
      ...LOCAL,
    });
    expect(again.losses).to.deep.equal(scaffold.losses.slice(0, 3));
  });
});
