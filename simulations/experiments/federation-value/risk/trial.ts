import type { StressEvent } from '../../../../node/data/index.ts';
import {
  buildRiskExamples,
  computeMarketFeatures,
  type HourlyMarket,
  RISK_HORIZON_HOURS,
  type RiskExamples,
} from '../../../../node/features/index.ts';
import { computeReference } from '../../../../node/features/reference-markets.ts';
import {
  forecastRisk,
  type StabilityModel,
  startLogits,
  weightsOfHead,
} from '../../../../node/models/index.ts';
import {
  float64Engine,
  openHeads,
  type RecordGradients,
  TRAINING_DEFAULTS,
} from '../../../../node/training/index.ts';
import type { NamedMarket } from '../../risk-drawdown/perpetuals.ts';
import { fitPooled, headOf, riskAlone, riskModel, type Start } from '../../risk-drawdown/training.ts';
import { GRID_BITS, RISK_RECIPE } from '../recipes.ts';
import type { Plan } from '../rounds.ts';
import { type EventRows, eventRows, type MarketHistory, riskRows } from './histories.ts';
import type { Ranking } from './judging.ts';

/**
 * What a head begins with, and what its features see. `public`: the default head, the public market's past told by a
 * shrunk logistic, and its hours as features. `none`: the events' share alone, with those features. `own`: the events'
 * share, and no public market at all.
 */
export const RISK_STARTS = ['public', 'none', 'own'] as const;
export type RiskStart = (typeof RISK_STARTS)[number];

export type RiskNode = {
  readonly name: string;
  readonly asset: string;
  readonly examples: RiskExamples;
  readonly gradients: RecordGradients;
};

/** Nodes before an event, the head that they train, and the event's rows. */
export type RiskTrial = {
  readonly model: StabilityModel;
  readonly nodes: readonly RiskNode[];
  readonly plan: Plan;
  /** Of each asset, those that no node has among them. */
  readonly rows: readonly EventRows[];
};

export type RiskTrialOptions = {
  readonly markets: readonly NamedMarket[];
  readonly histories: readonly MarketHistory[];
  readonly event: StressEvent;
  readonly start: RiskStart;
};

export function openRiskTrial({ markets, histories, event, start }: RiskTrialOptions): RiskTrial {
  const [main] = markets;
  if (main === undefined) throw new RangeError('markets: got none, expected the public one and others');
  const known = buildRiskExamples(computeMarketFeatures(main.market, main.market), {
    from: Number.NEGATIVE_INFINITY,
    to: event.from - RISK_HORIZON_HOURS,
  });
  const begins: Start = start === 'public' ? 'public' : 'none';
  const model = riskModel(known, begins);
  const seen: readonly HourlyMarket[] = start === 'own' ? [] : [main.market];
  const reference = computeReference(seen);
  const nodes = histories.map((history): RiskNode => {
    const examples = riskRows(history, reference);
    return {
      name: history.name,
      asset: history.asset,
      examples,
      gradients: openHeads(float64Engine, model, riskAlone(examples)),
    };
  });
  return { model, nodes, plan: planOf(nodes), rows: eventRows(markets, event, seen) };
}

/** The mean of all updates; sums of gradients are divided by the days that a node of this kind has. */
function planOf(nodes: readonly RiskNode[]): Plan {
  const { rounds, localSteps, learningRate, server } = RISK_RECIPE;
  const records = nodes.reduce((sum, { examples }) => sum + examples.records, 0);
  return {
    rounds,
    training: {
      unit: 'none',
      localSteps,
      learningRate,
      recordClipNorm: TRAINING_DEFAULTS.recordClipNorm,
      noiseMultiplier: 1,
      gridBits: GRID_BITS,
      nominalRecords: Math.round(records / nodes.length),
    },
    aggregation: server,
    f: 0,
  };
}

/** Scores of an asset's rows in the event. */
export type Scorer = (rows: RiskExamples) => Float64Array;

export function headScorer({ model }: Pick<RiskTrial, 'model'>, weights: Float64Array): Scorer {
  const { risk } = model.heads;
  const own = risk === undefined ? weights : weightsOfHead(model, risk, weights);
  return (rows) => forecastRisk(headOf(model), own, rows).logit;
}

/** The shrunk logistic of the public start, on these rows in its place: the best fit that the head's form has. */
export function ridgeScorer({ model }: Pick<RiskTrial, 'model'>, sets: readonly RiskExamples[]): Scorer {
  const weights = fitPooled(headOf(model), sets);
  return (rows) => startLogits(weights, rows);
}

export const ewmaScorer: Scorer = (rows) => rows.ewma;

/** Each node's scorer on the node's own asset. */
export function ownRankings({ nodes, rows }: RiskTrial, scorerOf: (node: number) => Scorer): Ranking[] {
  return nodes.map(({ asset }, i) => {
    const own = rows.find((one) => one.asset === asset);
    if (own === undefined) throw new RangeError(`asset: got ${asset}, expected one that is judged`);
    return { score: scorerOf(i)(own.test), rows: own.rows };
  });
}

/** Scorers on the rows of all assets together, so that it counts which asset will fall. */
export function jointRankings({ rows }: RiskTrial, scorers: readonly Scorer[]): Ranking[] {
  const joint = {
    hour: Float64Array.from(rows.flatMap((one) => [...one.rows.hour])),
    event: Uint8Array.from(rows.flatMap((one) => [...one.rows.event])),
  };
  return scorers.map((scorer) => ({
    score: Float64Array.from(rows.flatMap(({ test }) => [...scorer(test)])),
    rows: joint,
  }));
}
