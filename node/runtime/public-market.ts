import type { Evaluator, Verdict } from '../../coordinator/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { createPrng, type DataClock } from '../data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  FEATURES,
  HORIZON_HOURS,
  type HourlySeries,
  type MarketWindow,
} from '../features/index.ts';
import {
  baselineLosses,
  evaluateModel,
  forecastQuantiles,
  type ModelSpec,
  pegLoss,
  QUANTILE_LEVELS,
  type SkillReport,
  type StabilityModel,
  trainingLossOfRisk,
  weightsOfHead,
} from '../models/index.ts';
import { createPegBench, createRiskBench, type RiskSkill, type SkillIntervals } from './held-out.ts';

/** Scores are compared after rounding to steps of this, so that the last bits of a machine decide nothing. */
const SCORE_STEP = 1e-6;
/** Resampling of held-out skills: fixed, so that a report can be repeated. */
const BOOTSTRAP_SEED = 0xb007;

export type HeadName = 'peg' | 'risk';

/** A head's public score on the gate's rows of a round, rounded; less is better. */
export type GateScore = {
  readonly head: HeadName;
  /** Peg: mean pinball loss, bp. Risk: mean of the losses that it is trained on. */
  readonly score: number;
  /** How much worse than the last version is let pass, as a share; the network's gate where left out. */
  readonly deadBand?: number;
};

/** Figures on rows that nothing else reads: of the peg head, and of the risk head where there is one. */
export type HeldOutReport = SkillReport & { readonly risk?: RiskSkill };

/** The public series up to an hour: what a forecast of the public coin and asset starts from. */
export type KnownMarket = {
  readonly peg: Pick<HourlySeries, 'startHour' | 'deviation'>;
  readonly market?: MarketWindow;
};

/** What everyone knows of the market: it judges candidates, feeds the controller and gives the final figures. */
export type PublicMarket = {
  readonly numbers: ModelSpec['heads']['peg']['numbers'];
  readonly gateScores: (round: number, weights: Float64Array) => readonly GateScore[];
  readonly heldOut: (weights: Float64Array) => HeldOutReport;
  /** Skills against each baseline with 95 % intervals; slower than `heldOut`. */
  readonly heldOutIntervals: (weights: Float64Array) => SkillIntervals;
  /** Median forecast, in bp of the target, of the deviation 24 h after the round's last public hour. */
  readonly medianForecast: (round: number, weights: Float64Array) => number;
  /** What is public when a round is over. */
  readonly known: (round: number) => KnownMarket;
};

/**
 * @param feed the public peg series, whose calendar `clock` is.
 * @param market the public volatile asset that a risk head is judged on.
 * @throws UsageError `MARKET_ABSENT` for a model with a risk head and no market.
 */
export function createPublicMarket(
  feed: HourlySeries,
  clock: DataClock,
  model: StabilityModel,
  market?: MarketWindow,
): PublicMarket {
  if (model.heads.risk !== undefined && market === undefined) {
    throw new UsageError(
      'MARKET_ABSENT',
      'publicMarket: got none, expected the market that the risk head is judged on',
      {
        hint: 'name it in the configuration, as the other members do: all must judge on the same rows',
      },
    );
  }
  const table = computeFeatures(feed);
  const { peg, risk } = model.heads;
  const { numbers } = model.spec.heads.peg;
  const test = buildExamples(table, clock.test);
  const testLosses = baselineLosses(numbers, test);
  const median = QUANTILE_LEVELS.indexOf(0.5);
  const riskTable = market === undefined ? undefined : computeMarketFeatures(market, market);
  const riskTest = riskTable === undefined ? undefined : buildRiskExamples(riskTable, clock.test);
  const bench =
    risk === undefined || riskTest === undefined || riskTest.rows === 0
      ? undefined
      : createRiskBench(risk.model, riskTest);
  const pegBench = createPegBench(peg.model, numbers, test);
  const pegOf = (weights: Float64Array) => weightsOfHead(model, peg, weights);
  const riskOf = (weights: Float64Array) =>
    risk === undefined ? new Float64Array(0) : weightsOfHead(model, risk, weights);
  return {
    numbers,
    gateScores: (round, weights) => {
      const rows = clock.gate(round);
      const loss = pegLoss(peg.model, pegOf(weights), numbers, buildExamples(table, rows));
      const scores: GateScore[] = [{ head: 'peg', score: rounded(loss) }];
      if (risk !== undefined && riskTable !== undefined) {
        const examples = buildRiskExamples(riskTable, rows);
        const score = rounded(trainingLossOfRisk(risk.model, riskOf(weights), examples));
        // A window without a market row judges nothing.
        if (examples.rows > 0) {
          scores.push({ head: 'risk', score, deadBand: model.spec.heads.risk?.deadBand ?? 0 });
        }
      }
      return scores;
    },
    heldOut: (weights) => ({
      ...evaluateModel(peg.model, pegOf(weights), numbers, test, testLosses),
      ...(bench === undefined ? {} : { risk: bench.report(riskOf(weights)) }),
    }),
    heldOutIntervals: (weights) => {
      const { uniform } = createPrng(BOOTSTRAP_SEED);
      return {
        peg: pegBench.intervals(pegOf(weights), uniform),
        ...(bench === undefined ? {} : { risk: bench.intervals(riskOf(weights), uniform) }),
      };
    },
    medianForecast: (round, weights) => {
      const row = clock.gate(round).to + HORIZON_HOURS - 1 - table.startHour;
      const input = {
        x: table.x.slice(row * FEATURES.length, (row + 1) * FEATURES.length),
        scale: table.scale.slice(row, row + 1),
        deviation: table.deviation.slice(row, row + 1),
      };
      return forecastQuantiles(peg.model, pegOf(weights), numbers, input)[median] ?? Number.NaN;
    },
    known: (round) => {
      const end = clock.gate(Math.min(Math.max(round, 1), clock.rounds)).to + HORIZON_HOURS;
      return {
        peg: { startHour: feed.startHour, deviation: feed.deviation.subarray(0, end - feed.startHour) },
        ...(market === undefined ? {} : { market: windowUntil(market, end) }),
      };
    },
  };
}

/** A judgement as this node made it: which heads were worse than the last version. */
export type Judgement = {
  readonly round: number;
  readonly verdict: Verdict;
  readonly worse: readonly HeadName[];
};

/** The gate: no head of a candidate may be worse than in the last version, beyond its dead band, on rows new to both. */
export function createGate(
  market: Pick<PublicMarket, 'gateScores'>,
  { gate }: NetworkParameters,
  onJudged?: (judgement: Judgement) => void,
): Evaluator {
  return {
    judge: async (round, base, candidate): Promise<Verdict> => {
      const before = market.gateScores(round, base);
      const after = market.gateScores(round, candidate);
      const worse = before.flatMap(({ head, score, deadBand }) => {
        const own = after.find((other) => other.head === head)?.score ?? Number.NaN;
        // Written so that a score that is no number is worse.
        return own <= score * (1 + Math.max(gate.deadBand, deadBand ?? 0)) ? [] : [head];
      });
      const verdict = worse.length === 0 ? 'accepted' : 'rejected';
      onJudged?.({ round, verdict, worse });
      return verdict;
    },
  };
}

function rounded(score: number): number {
  return Math.round(score / SCORE_STEP) * SCORE_STEP;
}

function windowUntil(market: MarketWindow, end: number): MarketWindow {
  const { startHour, close, volume } = market;
  const hours = end - startHour;
  return {
    startHour,
    close: close.subarray(0, hours),
    ...(volume === undefined || volume === null ? {} : { volume: volume.subarray(0, hours) }),
  };
}
