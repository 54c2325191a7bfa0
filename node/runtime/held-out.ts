import type { ExampleSet, RiskExamples } from '../features/index.ts';
import {
  baselineLosses,
  baselineQuantiles,
  baselineRisk,
  bootstrapSkill,
  evaluateModel,
  forecastQuantiles,
  forecastRisk,
  type PegHead,
  pinballLosses,
  type RiskModel,
  type RiskReport,
  reportRisk,
  riskLosses,
  type SkillInterval,
  type SkillReport,
} from '../models/index.ts';

/** Hourly losses of 24-hour labels hang together over days: blocks of five. */
const BLOCK_HOURS = 5 * 24;
const RESAMPLES = 1_000;
const LEVEL = 0.95;

/** The risk head beside its baselines, on the same rows. */
export type RiskSkill = {
  readonly head: RiskReport;
  readonly persistence: RiskReport;
  readonly ewma: RiskReport;
};

type PegIntervals = { readonly B0: SkillInterval; readonly B2: SkillInterval; readonly B3: SkillInterval };

/** 1 − loss / loss of each baseline with 95 % intervals (moving blocks of five days, 1,000 resamples). */
export type SkillIntervals = {
  /** Mean pinball loss at the longest horizon. */
  readonly peg: PegIntervals;
  /** The same at the others, ascending; absent where there is one alone. */
  readonly shorter?: readonly (PegIntervals & { readonly horizonHours: number })[];
  /** Log loss of drawdown events; QLIKE of volatility. */
  readonly risk?: {
    readonly drawdown: { readonly persistence: SkillInterval; readonly ewma: SkillInterval };
    readonly volatility: { readonly persistence: SkillInterval; readonly ewma: SkillInterval };
  };
};

/** Reports of one set of rows; the baselines' are computed once. */
export function createRiskBench(model: RiskModel, examples: RiskExamples) {
  const { numbers } = model;
  const persistence = baselineRisk('persistence', numbers, examples);
  const ewma = baselineRisk('ewma', numbers, examples);
  const baselines = {
    persistence: reportRisk(persistence, numbers, examples),
    ewma: reportRisk(ewma, numbers, examples),
  };
  const losses = {
    persistence: riskLosses(persistence, numbers, examples),
    ewma: riskLosses(ewma, numbers, examples),
  };
  return {
    report: (weights: Float64Array): RiskSkill => ({
      head: reportRisk(forecastRisk(model, weights, examples), numbers, examples),
      ...baselines,
    }),
    intervals: (weights: Float64Array, uniform: () => number): NonNullable<SkillIntervals['risk']> => {
      const own = riskLosses(forecastRisk(model, weights, examples), numbers, examples);
      const of = (target: 'drawdown' | 'volatility') => ({
        persistence: resample(own[target], losses.persistence[target], uniform),
        ewma: resample(own[target], losses.ewma[target], uniform),
      });
      return { drawdown: of('drawdown'), volatility: of('volatility') };
    },
  };
}

/** Reports of one horizon of the peg over one set of rows; the baselines' losses are computed once. */
export function createPegBench({ model, numbers }: PegHead, examples: ExampleSet) {
  const mean = baselineLosses(numbers, examples);
  const of = (baseline: 'B0' | 'B2' | 'B3') =>
    pinballLosses(baselineQuantiles(baseline, numbers, examples), examples);
  const [B0, B2, B3] = [of('B0'), of('B2'), of('B3')];
  return {
    horizonHours: model.horizon,
    report: (weights: Float64Array): SkillReport => evaluateModel(model, weights, numbers, examples, mean),
    intervals: (weights: Float64Array, uniform: () => number): PegIntervals => {
      const own = pinballLosses(forecastQuantiles(model, weights, numbers, examples), examples);
      const against = (baseline: Float64Array) => resample(own, baseline, uniform);
      return { B0: against(B0), B2: against(B2), B3: against(B3) };
    },
  };
}

function resample(loss: Float64Array, baseline: Float64Array, uniform: () => number): SkillInterval {
  const blockLength = Math.min(BLOCK_HOURS, loss.length);
  return bootstrapSkill(loss, baseline, { blockLength, resamples: RESAMPLES, level: LEVEL, uniform });
}
