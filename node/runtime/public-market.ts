import type { PairScore } from '../../coordinator/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { createPrng, type DataClock } from '../data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  FeatureTables,
  type HourlySeries,
  inputAt,
  LONGEST_HORIZON_HOURS,
  type MarketWindow,
  sliceHours,
} from '../features/index.ts';
import {
  forecastQuantiles,
  mainPegHead,
  type PegHead,
  QUANTILE_LEVELS,
  type SkillReport,
  type StabilityModel,
  weightsOfHead,
} from '../models/index.ts';
import { createPairScores, MAIN_COLLATERAL, type PublicCollateral } from './collaterals.ts';
import { createPegBench, createRiskBench, type RiskSkill, type SkillIntervals } from './held-out.ts';

/** Resampling of held-out skills: fixed, so that a report can be repeated. */
const BOOTSTRAP_SEED = 0xb007;

/** Figures on rows that nothing else reads: of the peg's longest horizon, and of the heads beside it where there are any. */
export type HeldOutReport = SkillReport & {
  /** The other horizons, ascending. */
  readonly shorter?: readonly (SkillReport & { readonly horizonHours: number })[];
  readonly risk?: RiskSkill;
};

/** The public series up to an hour: what a forecast of the public coin and asset starts from. */
export type KnownMarket = {
  readonly peg: Pick<HourlySeries, 'startHour' | 'deviation' | 'timing'>;
  readonly market?: MarketWindow;
};

/** What everyone knows of the market: it judges candidates, feeds the controller and gives the final figures. */
export type PublicMarket = {
  /** Every head on every collateral, over the round's gate rows: rounded, less is better. */
  readonly gateScores: (round: number, weights: Float64Array) => readonly PairScore[];
  readonly heldOut: (weights: Float64Array) => HeldOutReport;
  /** Skills against each baseline with 95 % intervals; slower than `heldOut`. */
  readonly heldOutIntervals: (weights: Float64Array) => SkillIntervals;
  /** Median forecast, in bp of the target, of the deviation a longest horizon after the round's last public hour. */
  readonly medianForecast: (round: number, weights: Float64Array) => number;
  /** What is public when a round is over. */
  readonly known: (round: number) => KnownMarket;
};

/**
 * @param feed the public peg series, whose calendar `clock` is.
 * @param market the public volatile asset that a risk head is judged on.
 * @param others public collaterals beside these two, which are the main one; the gate alone looks at them.
 * @param tables of the same public data, where others have them too.
 * @throws UsageError `MARKET_ABSENT` for a model with a risk head and no market; `COLLATERAL_NAME`,
 *   `COLLATERAL_UNCOVERED`.
 */
export function createPublicMarket(
  feed: HourlySeries,
  clock: DataClock,
  model: StabilityModel,
  market?: MarketWindow,
  others: readonly PublicCollateral[] = [],
  tables = new FeatureTables(),
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
  const { risk } = model.heads;
  const peg = mainPegHead(model);
  const table = tables.peg(feed, peg.model.horizon);
  const median = QUANTILE_LEVELS.indexOf(0.5);
  const riskTable = market === undefined ? undefined : tables.risk(market, market);
  const riskTest = riskTable === undefined ? undefined : buildRiskExamples(riskTable, clock.test);
  const bench =
    risk === undefined || riskTest === undefined || riskTest.rows === 0
      ? undefined
      : createRiskBench(risk.model, riskTest);
  const benchOf = (head: PegHead) => ({
    ...createPegBench(head, buildExamples(tables.peg(feed, head.model.horizon), clock.test)),
    partOf: (weights: Float64Array) => weightsOfHead(model, head, weights),
  });
  const main = benchOf(peg);
  const shorter = model.heads.peg.slice(0, -1).map(benchOf);
  const riskOf = (weights: Float64Array) =>
    risk === undefined ? new Float64Array(0) : weightsOfHead(model, risk, weights);
  return {
    gateScores: createPairScores(
      model,
      clock,
      [{ name: MAIN_COLLATERAL, feed, market }, ...others],
      market,
      tables,
    ),
    heldOut: (weights) => ({
      ...main.report(main.partOf(weights)),
      ...(shorter.length === 0
        ? {}
        : {
            shorter: shorter.map(({ horizonHours, report, partOf }) => ({
              horizonHours,
              ...report(partOf(weights)),
            })),
          }),
      ...(bench === undefined ? {} : { risk: bench.report(riskOf(weights)) }),
    }),
    heldOutIntervals: (weights) => {
      const { uniform } = createPrng(BOOTSTRAP_SEED);
      return {
        peg: main.intervals(main.partOf(weights), uniform),
        ...(bench === undefined ? {} : { risk: bench.intervals(riskOf(weights), uniform) }),
        ...(shorter.length === 0
          ? {}
          : {
              shorter: shorter.map(({ horizonHours, intervals, partOf }) => ({
                horizonHours,
                ...intervals(partOf(weights), uniform),
              })),
            }),
      };
    },
    medianForecast: (round, weights) => {
      const input = inputAt(table, clock.gate(round).to + LONGEST_HORIZON_HOURS - 1);
      return forecastQuantiles(peg.model, main.partOf(weights), peg.numbers, input)[median] ?? Number.NaN;
    },
    known: (round) => {
      const end = clock.gate(Math.min(Math.max(round, 1), clock.rounds)).to + LONGEST_HORIZON_HOURS;
      return {
        peg: sliceHours(feed, Number.NEGATIVE_INFINITY, end),
        ...(market === undefined ? {} : { market: windowUntil(market, end) }),
      };
    },
  };
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
