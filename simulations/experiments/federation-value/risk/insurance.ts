import { drawdownEvents } from '../../../../node/models/index.ts';
import type { Estimate } from '../../../../node/models/metrics/index.ts';
import { headOf } from '../../risk-drawdown/training.ts';
import { noiseFor } from '../privacy.ts';
import type { Plan } from '../rounds.ts';
import type { RiskBench } from './judging.ts';
import {
  alone,
  CLEAR,
  calmTogether,
  newcomerTogether,
  pooled,
  rankingsOf,
  type Scorers,
  sharedBy,
  type Together,
} from './together.ts';
import { ewmaScorer, headScorer, ownRankings, type RiskTrial, ridgeScorer } from './trial.ts';

/** ε of the private runs. */
const RISK_EPSILON = 8;

/** Areas under curves, means over nodes: on each node's own asset, and on all assets together. */
export type RiskArea = { readonly own: Estimate; readonly joint: number };

/** A difference of two. */
export type RiskGain = { readonly own: Estimate; readonly joint: Estimate };

export type RiskNodeFigures = {
  readonly node: string;
  /** Days of rows that it trains on, and the share of rows that a fall followed. */
  readonly days: number;
  readonly fallShare: number;
  readonly local: number;
  readonly federated: number;
  readonly gain: Estimate;
};

/** What the head is worth to nodes that are calm so far, in an event that none has seen: areas under curves. */
export type RiskFigures = {
  readonly rows: number;
  /** Of all assets' rows in the event. */
  readonly fallShare: number;
  readonly nodes: readonly RiskNodeFigures[];
  /** Nobody learns: volatility ranks, or the head as everyone begins with it. */
  readonly ewma: RiskArea;
  readonly start: RiskArea;
  /** Alone: the federation's steps, ten times as many, and the shrunk logistic of the own rows. */
  readonly local: RiskArea;
  readonly localLong: RiskArea;
  readonly localRidge: RiskArea;
  readonly federated: RiskArea;
  /** All data in one hand: the federation's steps, and the shrunk logistic. Without them where each joins others. */
  readonly pooled?: RiskArea;
  readonly pooledRidge?: RiskArea;
  readonly gain: RiskGain;
  /** Over the shrunk logistic alone, and over EWMA. */
  readonly gainOnRidge: Estimate;
  readonly gainOnEwma: Estimate;
  /** With record privacy, means over seeds. */
  readonly private: {
    readonly epsilon: number;
    readonly noiseMultiplier: number;
    readonly seeds: number;
    readonly local: Estimate;
    readonly federated: Estimate;
    readonly gain: Estimate;
  };
};

/** All nodes calm, in one federation. */
export function calmRisk(trial: RiskTrial, bench: RiskBench, seeds: number): RiskFigures {
  const { nodes, plan } = trial;
  const ridge = ridgeScorer(
    trial,
    nodes.map(({ examples }) => examples),
  );
  return {
    ...figuresOf(trial, bench, seeds, calmTogether(trial), plan),
    pooled: areas(trial, bench, pooled(trial)),
    pooledRidge: areas(trial, bench, sharedBy(trial, ridge)),
  };
}

/** Each node in turn as one that has just joined: the other nine bring the whole of their histories. */
export function newcomerRisk(
  settled: RiskTrial,
  joining: RiskTrial,
  bench: RiskBench,
  seeds: number,
): RiskFigures {
  return figuresOf(joining, bench, seeds, newcomerTogether(settled, joining), settled.plan);
}

/** @param shared the federation's plan; a node alone has that of its trial. */
function figuresOf(
  trial: RiskTrial,
  bench: RiskBench,
  seeds: number,
  together: Together,
  shared: Plan,
): RiskFigures {
  const { nodes, plan, rows } = trial;
  const local = alone(trial, plan, CLEAR);
  const federated = together(shared, CLEAR);
  const ridge = { each: nodes.map(({ examples }) => ridgeScorer(trial, [examples])) };
  const ewma = sharedBy(trial, ewmaScorer);
  const ownLocal = ownRankings(trial, (i) => local.each[i]!);
  const ownFederated = ownRankings(trial, (i) => federated.each[i]!);
  const { threshold } = headOf(trial.model).numbers;
  const shareOf = (event: Uint8Array) => event.reduce((sum, hit) => sum + hit, 0) / event.length;
  return {
    rows: rows.reduce((sum, { test }) => sum + test.rows, 0),
    fallShare: shareOf(Uint8Array.from(rows.flatMap((one) => [...one.rows.event]))),
    nodes: nodes.map(({ name, examples }, i) => {
      const [ours, theirs] = [ownFederated.slice(i, i + 1), ownLocal.slice(i, i + 1)];
      return {
        node: name,
        days: examples.records,
        fallShare: shareOf(drawdownEvents(threshold, examples)),
        local: bench.area(theirs),
        federated: bench.area(ours),
        gain: bench.gain(ours, theirs),
      };
    }),
    ewma: areas(trial, bench, ewma),
    start: areas(trial, bench, sharedBy(trial, headScorer(trial, new Float64Array(trial.model.size)))),
    local: areas(trial, bench, local),
    localLong: areas(trial, bench, alone(trial, { ...plan, rounds: 10 * plan.rounds }, 'long')),
    localRidge: areas(trial, bench, ridge),
    federated: areas(trial, bench, federated),
    gain: gains(trial, bench, federated, local),
    gainOnRidge: bench.gain(
      ownFederated,
      ownRankings(trial, (i) => ridge.each[i]!),
    ),
    gainOnEwma: bench.gain(
      ownFederated,
      ownRankings(trial, () => ewmaScorer),
    ),
    private: privateFigures(trial, bench, seeds, together, shared),
  };
}

function privateFigures(
  trial: RiskTrial,
  bench: RiskBench,
  seeds: number,
  together: Together,
  shared: Plan,
): RiskFigures['private'] {
  const noiseMultiplier = noiseFor(shared, RISK_EPSILON, 'record');
  const noisy = (plan: Plan): Plan => ({
    ...plan,
    training: { ...plan.training, unit: 'record', noiseMultiplier },
  });
  const over = (runOf: (seed: string) => Scorers) =>
    Array.from({ length: seeds }, (_, s) => runOf(`risk/${s + 1}`)).flatMap(({ each }) =>
      ownRankings(trial, (i) => each[i]!),
    );
  const local = over((seed) => alone(trial, noisy(trial.plan), seed));
  const federated = over((seed) => together(noisy(shared), seed));
  return {
    epsilon: RISK_EPSILON,
    noiseMultiplier,
    seeds,
    local: bench.auc(local),
    federated: bench.auc(federated),
    gain: bench.gain(federated, local),
  };
}

function areas(trial: RiskTrial, bench: RiskBench, scorers: Scorers): RiskArea {
  const { own, joint } = rankingsOf(trial, scorers);
  return { own: bench.auc(own), joint: bench.area(joint) };
}

function gains(trial: RiskTrial, bench: RiskBench, ours: Scorers, theirs: Scorers): RiskGain {
  const [a, b] = [rankingsOf(trial, ours), rankingsOf(trial, theirs)];
  return { own: bench.gain(a.own, b.own), joint: bench.gain(a.joint, b.joint) };
}
