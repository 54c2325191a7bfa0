import { joinColumns } from '../../../../node/features/index.ts';
import type { RecordGradients } from '../../../../node/training/index.ts';
import { federate, type Plan } from '../rounds.ts';
import type { Ranking } from './judging.ts';
import {
  headScorer,
  jointRankings,
  ownRankings,
  type RiskNode,
  type RiskTrial,
  type Scorer,
} from './trial.ts';

/** A scorer a node; where all have the same, it stands in `shared` as well. */
export type Scorers = { readonly each: readonly Scorer[]; readonly shared?: Scorer };

/** The federation that each node is in. */
export type Together = (plan: Plan, seed: string) => Scorers;

/** Of what draws no noise. */
export const CLEAR = 'clear';

export function calmTogether(trial: RiskTrial): Together {
  const gradients = trial.nodes.map((node) => node.gradients);
  return (plan, seed) => sharedBy(trial, headScorer(trial, federate(trial.model, gradients, plan, { seed })));
}

export function newcomerTogether(settled: RiskTrial, joining: RiskTrial): Together {
  return (plan, seed) => ({
    each: joining.nodes.map(({ gradients }, i) => {
      const nodes = settled.nodes.map((other, j) => (i === j ? gradients : other.gradients));
      return headScorer(joining, federate(joining.model, nodes, plan, { seed }));
    }),
  });
}

export function alone(trial: RiskTrial, plan: Plan, seed: string): Scorers {
  return {
    each: trial.nodes.map(({ name, gradients }) =>
      headScorer(trial, federate(trial.model, [gradients], plan, { seed: `${seed}/${name}` })),
    ),
  };
}

/** All nodes' records in one hand, by the federation's steps. */
export function pooled(trial: RiskTrial): Scorers {
  const { model, nodes, plan } = trial;
  const records = nodes.reduce((sum, { examples }) => sum + examples.records, 0);
  const whole = { ...plan, training: { ...plan.training, nominalRecords: records } };
  const weights = federate(model, [poolOf(nodes)], whole, { seed: CLEAR });
  return sharedBy(trial, headScorer(trial, weights));
}

function poolOf(nodes: readonly RiskNode[]): RecordGradients {
  return {
    perRecord: (weights) => joinColumns(nodes.map(({ gradients }) => gradients.perRecord(weights))),
    dispose: () => {},
  };
}

export function sharedBy({ nodes }: RiskTrial, scorer: Scorer): Scorers {
  return { each: nodes.map(() => scorer), shared: scorer };
}

/** What each node ranks its own asset by, and all assets; a scorer that all share ranks all assets once. */
export function rankingsOf(
  trial: RiskTrial,
  { each, shared }: Scorers,
): Readonly<Record<'own' | 'joint', Ranking[]>> {
  return {
    own: ownRankings(trial, (i) => each[i]!),
    joint: jointRankings(trial, shared === undefined ? each : [shared]),
  };
}
