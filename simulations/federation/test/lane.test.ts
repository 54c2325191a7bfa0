import { expect } from 'chai';
import { createAggregator } from '../../../aggregation/index.ts';
import { TRAINING_DEFAULTS } from '../../../node/training/index.ts';
import { l2Norm } from '../../../privacy/index.ts';
import { type Attack, type AttackView, createAttack } from '../../attacks/index.ts';
import { type FederatedTask, prepareTask, SIMULATION_DEFAULTS } from '../index.ts';
import { type Contribution, type Lane, openLane, type RoundCollaborators, stepLane } from '../lane.ts';

const BOUND = TRAINING_DEFAULTS.headUpdateNorms.peg;

describe('one round of a simulated federation', function () {
  this.timeout(120_000);
  let task: FederatedTask;
  let collaborators: RoundCollaborators;
  before(async () => {
    task = await prepareTask({ ...SIMULATION_DEFAULTS, nodes: 1, rounds: 1 });
    collaborators = { model: task.model, gridBits: 20, localSteps: 4, normCheck: true };
  });

  const laneOf = (rule: string, members: number, attack?: Attack, liars = 0): Lane =>
    openLane(task.model, {
      aggregator: createAggregator(rule, { f: 1 }),
      ...{ attack, poisonedBy: undefined, honest: members - liars, members },
    });
  /** As many contributions as there are norms, all in one direction. */
  const contributionsOf = (norms: readonly number[]): Contribution[] => {
    const length = task.model.size;
    const scale = Math.sqrt(length);
    return norms.map((norm, i) => ({
      update: new Float64Array(length).fill(norm / scale),
      samples: 10 * (i + 1),
    }));
  };

  it('gives no node its way by its number: ties fall as the seed draws', () => {
    const lane = laneOf('krum', 5);
    const equal = contributionsOf([0.1, 0.1, 0.1, 0.1, 0.1]);
    const chosen = Array.from({ length: 40 }, (_, i) => {
      const { leftOut } = stepLane(lane, equal, `seed ${i}`, collaborators);
      expect(leftOut).to.have.length(4);
      return [0, 1, 2, 3, 4].find((node) => !leftOut.includes(node));
    });
    expect([...new Set(chosen)].sort()).to.deep.equal([0, 1, 2, 3, 4]);
    expect(stepLane(lane, equal, 'seed 7', collaborators)).to.deep.equal(
      stepLane(lane, equal, 'seed 7', collaborators),
    );
  });

  it('clips what honest nodes send, and what liars send under the norm check alone', () => {
    const norms = [5, 5, 5, 5];
    const honest = stepLane(laneOf('fedavg', 4), contributionsOf(norms), 's', collaborators);
    const change = (lane: Lane): number =>
      l2Norm(lane.weights.map((x, k) => x - (laneOf('fedavg', 4).weights[k] ?? 0)));
    expect(change(honest.lane)).to.be.closeTo(BOUND, 1e-4);
    const loud = laneOf('fedavg', 4, createAttack('sign-flip', { boost: 2 }), 1);
    const bounded = stepLane(loud, contributionsOf(norms), 's', collaborators);
    // A quarter of the way from the honest updates at the bound to a lie at the bound on the other side.
    expect(bounded.deviation).to.be.closeTo((2 * BOUND) / 4, 1e-4);
    const free = stepLane(loud, contributionsOf(norms), 's', { ...collaborators, normCheck: false });
    expect(free.deviation).to.be.closeTo((10 + BOUND) / 4, 1e-4);
  });

  it('shows liars the honest updates before they are clipped, and the aggregation after', () => {
    const seen: AttackView[] = [];
    const spy: Attack = {
      ...{ name: 'spy', needs: 'honest', random: false },
      craft: (view) => {
        seen.push(view);
        return new Float64Array(view.own.length);
      },
    };
    stepLane(laneOf('median', 5, spy, 2), contributionsOf([1, 2, 3, 4, 5]), 's', collaborators);
    expect(seen).to.have.length(1); // one lie for both
    const [view] = seen;
    expect(view?.honest?.map(l2Norm).map((norm) => Math.round(norm * 1e9) / 1e9)).to.deep.equal([1, 2, 3]);
    expect(view?.liars).to.equal(2);
    expect(l2Norm(view?.own ?? new Float64Array())).to.be.closeTo(4, 1e-9);
    const rows = [...(view?.honest ?? []), ...contributionsOf([7, 8]).map(({ update }) => update)];
    expect(l2Norm(view?.aggregation?.(rows) ?? new Float64Array())).to.be.closeTo(BOUND, 1e-4);
  });

  it('asks each liar for its own lie where it is made of its own update, or drawn', () => {
    for (const attack of [createAttack('sign-flip'), createAttack('fang-trimmed-mean')]) {
      const lane = laneOf('fedavg', 4, attack, 2);
      const told: Float64Array[] = [];
      const spy: Attack = {
        ...attack,
        craft: (view) => {
          const lie = attack.craft(view);
          told.push(lie);
          return lie;
        },
      };
      stepLane({ ...lane, attack: spy }, contributionsOf([0.1, 0.15, 0.05, 0.2]), 's', collaborators);
      expect(told).to.have.length(2);
      expect(told[0], attack.name).not.to.deep.equal(told[1]);
    }
  });

  it('carries the state of the aggregation on, and leaves the lane that it was given as it is', () => {
    const start = laneOf('fedavg+fedavgm', 3);
    const before = [...start.weights];
    const first = stepLane(start, contributionsOf([0.1, 0.1, 0.1]), 'a', collaborators).lane;
    const second = stepLane(first, contributionsOf([0, 0, 0]), 'b', collaborators).lane;
    expect(second.state.step).to.equal(2);
    // Momentum goes on where the updates are nothing.
    expect(l2Norm(second.weights.map((x, k) => x - (first.weights[k] ?? 0)))).to.be.above(0);
    expect([...start.weights]).to.deep.equal(before);
    expect(start.state.step).to.equal(0);
  });

  it('weighs by the samples that are claimed, up to the cap', () => {
    const [light, heavy] = contributionsOf([0.02, 0.2]);
    const both = [light as Contribution, { ...(heavy as Contribution), samples: 30 }];
    const norm = (rule: string): number => {
      const start = laneOf(rule, 2);
      const { lane } = stepLane(start, both, 's', collaborators);
      return l2Norm(lane.weights.map((x, k) => x - (start.weights[k] ?? 0)));
    };
    expect(norm('fedavg')).to.be.closeTo(0.11, 1e-4);
    expect(norm('fedavg:weightCap=1000')).to.be.closeTo((10 * 0.02 + 30 * 0.2) / 40, 1e-4);
    expect(norm('fedavg:weightCap=20')).to.be.closeTo((10 * 0.02 + 20 * 0.2) / 30, 1e-4);
  });
});
