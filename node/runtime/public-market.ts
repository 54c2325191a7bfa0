import type { Evaluator, Verdict } from '../../coordinator/index.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { DataClock } from '../data/index.ts';
import {
  buildExamples,
  computeFeatures,
  FEATURES,
  HORIZON_HOURS,
  type HourlySeries,
} from '../features/index.ts';
import {
  evaluateModel,
  fitPublicNumbers,
  forecastQuantiles,
  type PegModel,
  type PublicNumbers,
  QUANTILE_LEVELS,
  type SkillReport,
} from '../models/index.ts';

/** Scores are compared after rounding to this many bp, so that the last bits of a machine decide nothing. */
const SCORE_STEP = 1e-6;

/** What everyone knows of the market: it judges candidates, feeds the controller and gives the final figures. */
export type PublicMarket = {
  readonly numbers: PublicNumbers;
  /** Mean pinball loss in bp on the gate's rows of a round, rounded. */
  readonly gateScore: (round: number, weights: Float64Array) => number;
  /** Skill on the held-out rows, which nothing else reads. */
  readonly heldOut: (weights: Float64Array) => SkillReport;
  /** Median forecast, in bp of the target, of the deviation 24 h after the round's last public hour. */
  readonly medianForecast: (round: number, weights: Float64Array) => number;
};

export function createPublicMarket(feed: HourlySeries, clock: DataClock, model: PegModel): PublicMarket {
  const table = computeFeatures(feed);
  const numbers = fitPublicNumbers(buildExamples(table, clock.fitting));
  const test = buildExamples(table, clock.test);
  const median = QUANTILE_LEVELS.indexOf(0.5);
  return {
    numbers,
    gateScore: (round, weights) => {
      const { loss } = evaluateModel(model, weights, numbers, buildExamples(table, clock.gate(round)));
      return Math.round(loss / SCORE_STEP) * SCORE_STEP;
    },
    heldOut: (weights) => evaluateModel(model, weights, numbers, test),
    medianForecast: (round, weights) => {
      const row = clock.gate(round).to + HORIZON_HOURS - 1 - table.startHour;
      const input = {
        x: table.x.slice(row * FEATURES.length, (row + 1) * FEATURES.length),
        scale: table.scale.slice(row, row + 1),
        deviation: table.deviation.slice(row, row + 1),
      };
      return forecastQuantiles(model, weights, numbers, input)[median] ?? Number.NaN;
    },
  };
}

/** The gate: a candidate must not be worse than the last version, beyond the dead band, on rows new to both. */
export function createGate(market: PublicMarket, { gate }: NetworkParameters): Evaluator {
  return {
    judge: async (round, base, candidate): Promise<Verdict> => {
      const limit = market.gateScore(round, base) * (1 + gate.deadBand);
      return market.gateScore(round, candidate) <= limit ? 'accepted' : 'rejected';
    },
  };
}
