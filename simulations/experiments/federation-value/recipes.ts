import type { PegHorizon } from '../../../node/features/index.ts';
import { type LocalTrainingOptions, TRAINING_DEFAULTS } from '../../../node/training/index.ts';
import type { Plan } from './rounds.ts';

/** What the study recommends for a horizon. */
export type Recipe = {
  readonly rounds: number;
  readonly localSteps: number;
  readonly learningRate: number;
  /** What the server makes of the rule's vector. */
  readonly server: string;
};

/**
 * Chosen on what lies before the final test: ten nodes of disjoint periods before 2022-02-01, judged from then to the end
 * of April (`--case choose` prints the grid).
 */
export const RECIPES: Readonly<Record<PegHorizon, Recipe>> = {
  1: { rounds: 200, localSteps: 4, learningRate: 0.04, server: 'fedavgm:beta1=0.9' },
  4: { rounds: 200, localSteps: 4, learningRate: 0.04, server: 'fedavgm:beta1=0.95' },
  24: { rounds: 30, localSteps: 4, learningRate: 0.3, server: 'fedavgm:beta1=0.5' },
};

/**
 * With noise, a longer way collects more of it: at 1 and 4 h it is shorter, chosen on the same rows at ε = 2. What is
 * lost by that without noise stands in the table.
 */
export const PRIVATE_RECIPES: Readonly<Record<PegHorizon, Recipe>> = {
  1: { rounds: 50, localSteps: 4, learningRate: 0.01, server: 'fedavgm:beta1=0.9' },
  4: { rounds: 40, localSteps: 4, learningRate: 0.02, server: 'fedavgm:beta1=0.9' },
  24: RECIPES[24],
};

/** The risk head's: ten rounds of the network's defaults, as in its other figures. */
export const RISK_RECIPE: Recipe = {
  rounds: 10,
  localSteps: TRAINING_DEFAULTS.localSteps,
  learningRate: TRAINING_DEFAULTS.learningRate,
  server: 'fedavg',
};

/** L2 bound of a round's update, that of the network's defaults. */
export const UPDATE_NORM = 0.22;
export const GRID_BITS = 20;
export const DELTA = 1e-5;
/** Liars that robust rules of ten nodes are made for. */
export const LIARS = 2;

/** Rules by the names that tables have for them; the second is a network's default. */
export const RULES = {
  mean: 'fedavg',
  'multi-krum': 'multi-krum',
  'nnm + trimmed mean': 'nnm+trimmed-mean',
  caf: 'caf',
} as const;
export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as RuleName[];
/** Rounds that are enough on the test: fewer give liars less time. */
export const FEWER_ROUNDS = 50;
export const FEWER_ROUND_RULES = ['multi-krum', 'nnm+trimmed-mean', 'caf', 'bucketing:size=2+caf'] as const;
/** Further rules that were tried where those do not hold. */
export const CANDIDATES = [
  'geometric-median',
  'arc+nnm+trimmed-mean',
  'arc+caf',
  'bucketing:size=2+caf',
  'dnc',
  'mda',
] as const;

export type PlanOptions = {
  readonly recipe: Recipe;
  readonly rule: RuleName;
  /** 0 for the mean, whatever it says. */
  readonly f: number;
  /** Days that a history of the kind has. */
  readonly declaredDays: number;
  readonly recordNorm: number;
  /** σ / C on every gradient sum; none where left out. */
  readonly noiseMultiplier?: number;
};

export function planOf({ recipe, rule, f, declaredDays, recordNorm, noiseMultiplier }: PlanOptions): Plan {
  const training: LocalTrainingOptions = {
    unit: noiseMultiplier === undefined ? 'none' : 'record',
    localSteps: recipe.localSteps,
    learningRate: recipe.learningRate,
    recordClipNorm: recordNorm,
    noiseMultiplier: noiseMultiplier ?? 1,
    gridBits: GRID_BITS,
    nominalRecords: declaredDays,
  };
  return {
    rounds: recipe.rounds,
    training,
    aggregation: `${RULES[rule]}+${recipe.server}`,
    f: rule === 'mean' ? 0 : f,
  };
}
