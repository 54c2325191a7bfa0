import type { Estimate } from '../../../node/models/metrics/index.ts';
import { type ClearFigures, localLong, meanOf, type NodeFigures, type Trial } from './clear.ts';
import { type GainDraws, meanGain, openBench, type Scored, skillOf } from './judging.ts';
import type { RuleName } from './recipes.ts';
import { federate } from './rounds.ts';
import type { Judge } from './task.ts';

export type NewcomerFigures = Pick<
  ClearFigures,
  'rows' | 'local' | 'federated' | 'mixed' | 'gain' | 'mixedGain' | 'robust' | 'robustGain' | 'localLong'
> & {
  readonly nodes: readonly Omit<NodeFigures, 'pooled'>[];
};

/**
 * Each node in turn as one that has just joined: it brings its short history, and the other nine the whole of theirs.
 *
 * @param settled all nodes with the whole of their histories.
 * @param joining the same nodes, each with its short one.
 */
export function newcomerFigures(settled: Trial, joining: Trial): NewcomerFigures {
  const { bench, task } = joining;
  const { local, federated, mixed } = newcomerScores(settled, joining);
  const robust = newcomerWeights(settled, joining, 'multi-krum').map((weights, i) =>
    joining.scoredOn(task.nodes[i]!.coin, weights),
  );
  return {
    rows: local[0]?.losses.length ?? 0,
    nodes: task.nodes.map(({ name }, i) => ({
      node: name,
      local: skillOf(local[i]!),
      federated: skillOf(federated[i]!),
      mixed: skillOf(mixed[i]!),
      gain: bench.gain(federated.slice(i, i + 1), local.slice(i, i + 1)),
      mixedGain: bench.gain(mixed.slice(i, i + 1), local.slice(i, i + 1)),
    })),
    local: bench.skill(local),
    federated: bench.skill(federated),
    mixed: bench.skill(mixed),
    gain: bench.gain(federated, local),
    mixedGain: bench.gain(mixed, local),
    robust: bench.skill(robust),
    robustGain: bench.gain(robust, local),
    ...localLong(joining),
  };
}

/** What each node has: alone, of the federation, and of the mean of both weights. */
export type InsuredScores = Readonly<Record<'local' | 'federated' | 'mixed', readonly Scored[]>>;

export function newcomerScores(settled: Trial, joining: Trial): InsuredScores {
  const shared = newcomerWeights(settled, joining, 'mean');
  return insuredScores(joining, shared, 'newcomer');
}

/** All nodes with the same short histories. */
export function calmScores(trial: Trial): InsuredScores {
  const shared = trial.together(trial.plan('mean'), { seed: 'clear' });
  return insuredScores(
    trial,
    trial.task.nodes.map(() => shared),
    'clear',
  );
}

function insuredScores(trial: Trial, shared: readonly Float64Array[], seed: string): InsuredScores {
  const own = trial.aloneWeights(trial.plan('mean'), seed);
  const judged = (weights: readonly Float64Array[]) =>
    trial.task.nodes.map(({ coin }, i) => trial.scoredOn(coin, weights[i]!));
  return {
    local: judged(own),
    federated: judged(shared),
    mixed: judged(own.map((weights, i) => meanOf(weights, shared[i]!))),
  };
}

/** By node, the weights of the federation that it joins. */
function newcomerWeights(settled: Trial, joining: Trial, rule: RuleName): Float64Array[] {
  const others = settled.task.nodes;
  return joining.task.nodes.map(({ gradients }, i) => {
    const nodes = others.map((other, j) => (i === j ? gradients : other.gradients));
    return federate(joining.task.model, nodes, settled.plan(rule), { seed: 'newcomer' });
  });
}

/** Of cases that are averaged: how many, the mean gain over nodes and cases, and each node's worst. */
export type AverageFigures = {
  readonly cases: number;
  readonly nodes: number;
  readonly gain: Estimate;
  readonly gaining: number;
  readonly mixedGain: Estimate;
  readonly mixedGaining: number;
};

/**
 * Mean over cases. Those of one event share their rows and so their resamples; events are drawn independently.
 *
 * @param events by event, its cases.
 */
export function averageFigures(
  events: readonly (readonly { readonly trial: Trial; readonly scores: InsuredScores }[])[],
): AverageFigures {
  const gains: GainDraws[] = [];
  const mixedGains: GainDraws[] = [];
  for (const [i, cases] of events.entries()) {
    const [first] = cases;
    if (first === undefined) continue;
    // The coins of an event have the same rows in each of its cases, so that one's bench judges all.
    const bench = openBench(first.trial.task.judges.values(), i + 1);
    const all = (of: keyof InsuredScores) => cases.flatMap(({ scores }) => scores[of]);
    gains.push(bench.gainDraws(all('federated'), all('local')));
    mixedGains.push(bench.gainDraws(all('mixed'), all('local')));
  }
  const each = events.flat().flatMap(({ scores: { local, federated, mixed } }) =>
    local.map((own, i) => ({
      gain: skillOf(federated[i]!) - skillOf(own),
      mixedGain: skillOf(mixed[i]!) - skillOf(own),
    })),
  );
  return {
    cases: events.flat().length,
    nodes: each.length,
    gain: meanGain(gains),
    gaining: each.filter(({ gain }) => gain > 0).length,
    mixedGain: meanGain(mixedGains),
    mixedGaining: each.filter(({ mixedGain }) => mixedGain > 0).length,
  };
}

/** What each node's own weights are worth on every coin, and how few days decide an event. */
export type CrossFigures = {
  readonly rows: number;
  readonly coins: readonly {
    readonly coin: string;
    /** Share of B2's loss in the two UTC days that lose most. */
    readonly twoDays: number;
    readonly federated: number;
  }[];
  /** Skill on `coins`, in their order. */
  readonly nodes: readonly { readonly node: string; readonly skills: readonly number[] }[];
};

export function crossFigures(trial: Trial): CrossFigures {
  const { task } = trial;
  const judges = [...task.judges];
  const own = trial.aloneWeights(trial.plan('mean'), 'clear');
  const shared = trial.together(trial.plan('mean'), { seed: 'clear' });
  const on = (weights: Float64Array) => judges.map(([coin]) => skillOf(trial.scoredOn(coin, weights)));
  const federated = on(shared);
  return {
    rows: Math.max(...judges.map(([, { hour }]) => hour.length)),
    coins: judges.map(([coin, judge], i) => ({
      coin,
      twoDays: shareOfWorstDays(judge, 2),
      federated: federated[i]!,
    })),
    nodes: task.nodes.map(({ name }, i) => ({ node: name, skills: on(own[i]!) })),
  };
}

function shareOfWorstDays({ hour, baseline }: Judge, count: number): number {
  const days = new Map<number, number>();
  for (const [i, loss] of baseline.entries()) {
    const day = Math.floor(hour[i]! / 24);
    days.set(day, (days.get(day) ?? 0) + loss);
  }
  const losses = [...days.values()].sort((a, b) => b - a);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return sum(losses.slice(0, count)) / sum(losses);
}
