import type { Estimate } from '../../../node/models/metrics/index.ts';
import { trainingRelease } from '../../../node/training/index.ts';
import { calibrateNoise, createAccountant, privacyEventOf } from '../../../privacy/index.ts';
import { oneNode, type Trial } from './clear.ts';
import { meanScored, type Scored, skillOf } from './judging.ts';
import { DELTA, type RuleName } from './recipes.ts';
import { federate, type Plan } from './rounds.ts';

export const EPSILONS = [8, 4, 2] as const;

export type PrivateFigures = {
  readonly epsilon: number;
  /** σ / C on every sum of clipped records. */
  readonly noiseMultiplier: number;
  readonly releases: number;
  readonly seeds: number;
  /** Means over nodes and seeds. */
  readonly federated: Estimate;
  /** Clear less private. */
  readonly cost: Estimate;
  /** The most that one seed costs. */
  readonly worstCost: number;
  /** Of the default rule. */
  readonly robust: Estimate;
  /** Each node trained alone with the same guarantee, and what it costs there; of seed 1. */
  readonly local: Estimate;
  readonly localCost: Estimate;
};

export type PrivacyFigures = {
  readonly recordNorm: number;
  readonly clear: Estimate;
  readonly cases: readonly PrivateFigures[];
};

/** The least σ / C with which all releases of all rounds, sums of records or whole updates, together stay within ε. */
export function noiseFor({ rounds, training }: Plan, epsilon: number, unit: 'record' | 'node'): number {
  return calibrateNoise({
    accountant: () => createAccountant('gaussian', 'add-remove'),
    epsilon,
    delta: DELTA,
    event: (noiseMultiplier) => ({
      kind: 'repeated',
      times: rounds,
      event: privacyEventOf(trainingRelease({ ...training, unit, noiseMultiplier })),
    }),
  });
}

/** What record privacy costs a trial: the same rows, rounds and steps with and without noise. */
export function privacyFigures(trial: Trial, seeds: number): PrivacyFigures {
  const { task, bench, plan } = trial;
  const clearOf = (rule: RuleName) => trial.scored(trial.together(plan(rule), { seed: 'clear' }));
  const clear = clearOf('mean');
  const clearLocal = trial.alone(plan('mean'), 'clear');
  const cases = EPSILONS.map((epsilon): PrivateFigures => {
    const noiseMultiplier = noiseFor(plan('mean'), epsilon, 'record');
    const runs = (rule: RuleName, count: number) =>
      Array.from({ length: count }, (_, s) =>
        trial.scored(trial.together(plan(rule, noiseMultiplier), { seed: `privacy/${epsilon}/${s + 1}` })),
      );
    const all = runs('mean', seeds);
    const federated = averaged(all);
    const local = task.nodes.map(({ coin, name, gradients }) =>
      trial.scoredOn(
        coin,
        federate(task.model, [gradients], oneNode(plan('mean', noiseMultiplier)), {
          seed: `privacy/${epsilon}/1/${name}`,
        }),
      ),
    );
    const skill = (scored: readonly Scored[]) =>
      scored.reduce((total, one) => total + skillOf(one), 0) / scored.length;
    return {
      epsilon,
      noiseMultiplier,
      releases: plan('mean').rounds * plan('mean').training.localSteps,
      seeds,
      federated: bench.skill(federated),
      cost: bench.gain(clear, federated),
      worstCost: Math.max(...all.map((one) => skill(clear) - skill(one))),
      robust: bench.skill(averaged(runs('multi-krum', 1))),
      local: bench.skill(local),
      localCost: bench.gain(clearLocal, local),
    };
  });
  return { recordNorm: plan('mean').training.recordClipNorm, clear: bench.skill(clear), cases };
}

/** Node by node the mean losses of runs. */
export function averaged(runs: readonly (readonly Scored[])[]): Scored[] {
  return (runs[0] ?? []).map((_, node) => meanScored(runs.map((run) => run[node]!)));
}
