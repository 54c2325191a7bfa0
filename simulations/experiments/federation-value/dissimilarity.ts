import { createAggregator, parsePipeline } from '../../../aggregation/index.ts';
import { topEigenpair } from '../../../aggregation/kernels/top-eigenpair.ts';
import { genesisOf } from '../../../node/models/index.ts';
import { solveLinear } from '../../../node/models/linear-system.ts';
import type { Estimate } from '../../../node/models/metrics/index.ts';
import { clipHeads, trainLocally } from '../../../node/training/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import type { Trial } from './clear.ts';
import { mean, type Scored, skillOf } from './judging.ts';
import { drawnOrders } from './liars.ts';
import { averaged } from './privacy.ts';
import { LIARS } from './recipes.ts';
import type { Plan } from './rounds.ts';
import type { TaskNode } from './task.ts';

/** How unlike the honest nodes are, and what follows from that for every rule. Means over draws of who lies. */
export type DissimilarityFigures = {
  readonly seeds: number;
  /** Norm of the honest nodes' mean gradient at the weights that they reach. */
  readonly gradient: number;
  /** G: root of the mean of ‖g_i − ḡ‖² there. */
  readonly spread: number;
  /** Norm of the pull that no rule can rule out. */
  readonly pull: number;
  /** Of the honest nodes' skill, under that pull in every round. */
  readonly kept: Estimate;
  readonly leastKept: number;
};

/**
 * What no rule can withstand. Let f of n nodes have gradients c away from all others. Either they lie, or they are honest
 * and f of the others lie: the updates are the same in both worlds, and the honest means are f/(n − f) · c apart, so that a
 * rule is wrong by half of that in one of them. The honest nodes of the second world differ by
 * G² = f(n − 2f)/(n − f)² · ‖c‖². Where honest nodes may differ by G, f liars can therefore pull every rule by
 * √(f/(n − 2f)) · G/2 (the argument of Karimireddy, He, Jaggi, Byzantine-Robust Learning on Heterogeneous Datasets via
 * Bucketing, 2022, theorem III, and of Allouah et al., Fixing by Mixing, 2023, proposition 1).
 *
 * Here G is taken from the honest nodes at the weights that they reach, and the pull goes, in all rounds, in that
 * direction of their spread Σ in which it costs most: it maximises bᵀH⁻¹b, H being the mean gradient's slope, among
 * b = √(f/(n − 2f))/2 · Σ^½u, ‖u‖ = 1. Of both signs the one that costs more.
 */
export function dissimilarityFigures(trial: Trial, draws: number): DissimilarityFigures {
  const { task, bench, plan } = trial;
  const each = drawnOrders(task.nodes, draws).map((order) => {
    const members = order.slice(0, -LIARS);
    const weights = federatePulled(trial, members, new Float64Array(task.model.size));
    const spread = spreadAt(members, weights, plan('mean'));
    const pull = worstPull(members, weights, plan('mean'), spread.deviations, task.nodes.length);
    const pulled = [1, -1].map((sign) =>
      trial.scored(
        federatePulled(
          trial,
          members,
          pull.map((x) => sign * x),
        ),
      ),
    );
    pulled.sort((a, b) => meanSkill(a) - meanSkill(b));
    return { honest: trial.scored(weights), pulled: pulled[0] ?? [], pull: norm(pull), ...spread };
  });
  const honest = averaged(each.map((one) => one.honest));
  const none = honest.map(({ baseline }) => ({ losses: baseline, baseline }));
  return {
    seeds: draws,
    gradient: mean(each.map(({ gradient }) => gradient)),
    spread: mean(each.map((one) => one.spread)),
    pull: mean(each.map(({ pull }) => pull)),
    kept: bench.share(averaged(each.map(({ pulled }) => pulled)), none, honest),
    leastKept: Math.min(...each.map((one) => meanSkill(one.pulled) / meanSkill(one.honest))),
  };
}

function spreadAt(members: readonly TaskNode[], weights: Float64Array, plan: Plan) {
  const gradients = members.map((node) => gradientAt(node, weights, plan));
  const centre = meanRow(gradients);
  const deviations = gradients.map((row) => row.map((x, k) => x - centre[k]!));
  const spread = Math.sqrt(mean(deviations.map((row) => norm(row) ** 2)));
  return { gradient: norm(centre), spread, deviations };
}

function worstPull(
  members: readonly TaskNode[],
  weights: Float64Array,
  plan: Plan,
  deviations: readonly Float64Array[],
  nodes: number,
): Float64Array {
  const slope = slopeAt(members, weights, plan);
  const moves = deviations.map((row) =>
    Float64Array.from(solveLinear(slope.map((own, k) => [...own, row[k]!]))),
  );
  const count = deviations.length;
  const gram = Float64Array.from({ length: count * count }, (_, at) =>
    inner(deviations[Math.floor(at / count)]!, moves[at % count]!),
  );
  const { vector } = topEigenpair(gram, count);
  const factor = Math.sqrt(LIARS / (nodes - 2 * LIARS)) / 2 / Math.sqrt(count);
  return weights.map((_, k) => factor * deviations.reduce((sum, row, i) => sum + vector[i]! * row[k]!, 0));
}

/** Half the distance of the central differences: small beside weights, large beside the grid. */
const STEP = 0.05;

/**
 * The mean gradient's slope, symmetric, with 1/(ηT) on the diagonal: in flat directions T rounds of steps η, momentum
 * included, come no farther.
 */
function slopeAt(members: readonly TaskNode[], weights: Float64Array, plan: Plan): number[][] {
  const columns = [...weights.keys()].map((k) => {
    const at = (change: number) => {
      const moved = weights.slice();
      moved[k]! += change;
      return meanRow(members.map((node) => gradientAt(node, moved, plan)));
    };
    const [above, below] = [at(STEP), at(-STEP)];
    return above.map((x, j) => (x - below[j]!) / (2 * STEP));
  });
  const { localSteps, learningRate } = plan.training;
  const momentum = Number(parsePipeline(plan.aggregation).server?.options.beta1 ?? 0);
  const reach = (plan.rounds * localSteps * learningRate) / (1 - momentum);
  return columns.map((column, k) =>
    Array.from(column, (x, j) => (x + columns[j]![k]!) / 2 + (j === k ? 1 / reach : 0)),
  );
}

/** The gradient that a node's step follows: of clipped records, divided by the declared days. */
function gradientAt({ gradients }: TaskNode, weights: Float64Array, { training }: Plan): Float64Array {
  const one = { ...training, localSteps: 1, learningRate: 1 };
  return trainLocally(gradients, weights, one, noRandomness).map((x) => -x);
}

/** Rounds of the mean, each pulled as far as `pull` moves every local step. */
function federatePulled(
  { task, plan }: Trial,
  members: readonly TaskNode[],
  pull: Float64Array,
): Float64Array {
  const { training, rounds, aggregation } = plan('mean');
  const aggregator = createAggregator(aggregation, { f: 0 });
  const reach = training.learningRate * training.localSteps;
  let weights = genesisOf(task.model);
  let state = aggregator.initialState(task.model.size);
  for (let round = 0; round < rounds; round++) {
    const updates = members.map(({ gradients }) =>
      clipHeads(task.model, trainLocally(gradients, weights, training, noRandomness)).map(
        (x, k) => x - reach * pull[k]!,
      ),
    );
    const step = aggregator.aggregate(updates, state);
    ({ state } = step);
    weights = weights.map((weight, k) => weight + step.update[k]!);
  }
  return weights;
}

function meanSkill(scored: readonly Scored[]): number {
  return mean(scored.map(skillOf));
}

function meanRow(rows: readonly Float64Array[]): Float64Array {
  return Float64Array.from(rows[0] ?? [], (_, k) => mean(rows.map((row) => row[k]!)));
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, k) => sum + x * b[k]!, 0);
}

function norm(row: Float64Array): number {
  return Math.sqrt(inner(row, row));
}

function noRandomness(): never {
  throw new BallastError('ENTROPY_UNUSED', 'training: got a draw, expected none without noise');
}
