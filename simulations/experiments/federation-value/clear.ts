import type { Estimate } from '../../../node/models/metrics/index.ts';
import { type Bench, openBench, type Scored, skillOf } from './judging.ts';
import { LIARS, planOf, type Recipe, type RuleName } from './recipes.ts';
import { type FederateOptions, federate, type Plan } from './rounds.ts';
import type { Task, TaskNode } from './task.ts';

/** What one node has of the federation, skill against B2 on its own coin's held-out rows. */
export type NodeFigures = {
  readonly node: string;
  readonly local: number;
  readonly federated: number;
  readonly pooled: number;
  /** Of the mean of the federation's weights and the node's own. */
  readonly mixed: number;
  readonly gain: Estimate;
  readonly mixedGain: Estimate;
};

export type ClearFigures = {
  readonly nodes: readonly NodeFigures[];
  readonly rows: number;
  /** Means over nodes. */
  readonly local: Estimate;
  readonly federated: Estimate;
  readonly pooled: Estimate;
  readonly mixed: Estimate;
  readonly robust: Estimate;
  readonly gain: Estimate;
  readonly mixedGain: Estimate;
  /** Of the default rule over local. */
  readonly robustGain: Estimate;
  /** (federated − local) / (pooled − local). */
  readonly share: Estimate;
  /** Local, after ten times as many rounds, at 24 h. */
  readonly localLong?: Estimate;
  /** Mean skill over nodes after rounds. */
  readonly curve: readonly { readonly round: number; readonly federated: number; readonly local: number }[];
};

/** One task at work: how its nodes, alone, together or pooled, are trained and judged. */
export type Trial = {
  readonly task: Task;
  readonly bench: Bench;
  readonly plan: (rule: RuleName, noiseMultiplier?: number, recipe?: Recipe) => Plan;
  /** Weights judged on every node's own coin. */
  readonly scored: (weights: Float64Array) => Scored[];
  readonly scoredOn: (coin: string, weights: Float64Array) => Scored;
  readonly together: (plan: Plan, options: FederateOptions) => Float64Array;
  /** Each node by itself: its weights, and these judged on its own coin. */
  readonly aloneWeights: (plan: Plan, seed: string) => Float64Array[];
  readonly alone: (plan: Plan, seed: string) => Scored[];
};

/** @param f liars that robust rules are made for, where the nodes bear them. */
export function openTrial(task: Task, recipe: Recipe, recordNorm: number, f: number = LIARS): Trial {
  const bench = openBench(task.judges.values());
  const scoredOn = (coin: string, weights: Float64Array): Scored => {
    const judge = task.judges.get(coin);
    if (judge === undefined) throw new RangeError(`coin: got ${coin}, expected one of the task`);
    return { losses: judge.losses(weights), baseline: judge.baseline };
  };
  const aloneWeights: Trial['aloneWeights'] = (plan, seed) =>
    task.nodes.map(({ name, gradients }) =>
      federate(task.model, [gradients], oneNode(plan), { seed: `${seed}/${name}` }),
    );
  return {
    task,
    bench,
    plan: (rule, noiseMultiplier, other) =>
      planOf({
        recipe: other ?? recipe,
        rule,
        f: Math.min(f, Math.floor((task.nodes.length - 3) / 2)),
        declaredDays: task.declaredDays,
        recordNorm,
        ...(noiseMultiplier === undefined ? {} : { noiseMultiplier }),
      }),
    scoredOn,
    scored: (weights) => {
      const byCoin = new Map([...task.judges.keys()].map((coin) => [coin, scoredOn(coin, weights)]));
      return task.nodes.flatMap(({ coin }) => byCoin.get(coin) ?? []);
    },
    together: (plan, options) => federate(task.model, gradientsOf(task.nodes), plan, options),
    aloneWeights,
    alone: (plan, seed) =>
      aloneWeights(plan, seed).map((weights, i) => scoredOn(task.nodes[i]!.coin, weights)),
  };
}

/** Local, federated and pooled on the same rows, without noise and without liars. */
export function clearFigures(trial: Trial): ClearFigures {
  const { task, bench, plan } = trial;
  const marks = marksOf(plan('mean').rounds);
  const curve: { round: number; federated: number; local: number }[] = [];
  const seed = 'clear';
  const shared = trial.together(plan('mean'), {
    seed,
    onRound: (round, weights) => {
      if (marks.includes(round)) curve.push({ round, federated: meanSkill(trial.scored(weights)), local: 0 });
    },
  });
  const federated = trial.scored(shared);
  const sums = new Float64Array(curve.length);
  const mixed: Scored[] = [];
  const local = task.nodes.map(({ coin, gradients }) => {
    const weights = federate(task.model, [gradients], oneNode(plan('mean')), {
      seed,
      onRound: (round, own) => {
        const k = marks.indexOf(round);
        if (k >= 0) sums[k]! += skillOf(trial.scoredOn(coin, own)) / task.nodes.length;
      },
    });
    mixed.push(trial.scoredOn(coin, meanOf(weights, shared)));
    return trial.scoredOn(coin, weights);
  });
  const { pooled: pool } = task;
  const pooled = trial.scored(
    federate(task.model, [pool.gradients], pooledPlan(plan('mean'), pool.records), { seed }),
  );
  const robust = trial.scored(trial.together(plan('multi-krum'), { seed }));
  return {
    rows: federated[0]?.losses.length ?? 0,
    nodes: task.nodes.map(({ name }, i) => ({
      node: name,
      local: skillOf(local[i]!),
      federated: skillOf(federated[i]!),
      pooled: skillOf(pooled[i]!),
      mixed: skillOf(mixed[i]!),
      gain: bench.gain(federated.slice(i, i + 1), local.slice(i, i + 1)),
      mixedGain: bench.gain(mixed.slice(i, i + 1), local.slice(i, i + 1)),
    })),
    local: bench.skill(local),
    federated: bench.skill(federated),
    pooled: bench.skill(pooled),
    mixed: bench.skill(mixed),
    robust: bench.skill(robust),
    gain: bench.gain(federated, local),
    mixedGain: bench.gain(mixed, local),
    robustGain: bench.gain(robust, local),
    share: bench.share(federated, local, pooled),
    ...localLong(trial),
    curve: curve.map((point, k) => ({ ...point, local: sums[k]! })),
  };
}

/** Whether a node alone would do better, or worse, to train on: at 24 h, where that is cheap. */
export function localLong({ task, bench, plan, alone }: Trial): Pick<ClearFigures, 'localLong'> {
  if (task.horizon !== 24) return {};
  const long = { ...plan('mean'), rounds: 10 * plan('mean').rounds };
  return { localLong: bench.skill(alone(long, 'long')) };
}

/** What one node, or whoever holds all data, does by itself: the same steps, and the mean of one row. */
export function oneNode(plan: Plan): Plan {
  return { ...plan, aggregation: plan.aggregation.replace(/^.*\+/, 'fedavg+'), f: 0 };
}

function pooledPlan(plan: Plan, records: number): Plan {
  return { ...oneNode(plan), training: { ...plan.training, nominalRecords: records } };
}

export function gradientsOf(nodes: readonly TaskNode[]) {
  return nodes.map(({ gradients }) => gradients);
}

/** Half of each. */
export function meanOf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((weight, k) => (weight + b[k]!) / 2);
}

function meanSkill(scored: readonly Scored[]): number {
  return scored.reduce((total, one) => total + skillOf(one), 0) / scored.length;
}

function marksOf(rounds: number): number[] {
  return [5, 10, 20, 30, 50, 75, 100, 150, 200].filter((round) => round < rounds).concat(rounds);
}
