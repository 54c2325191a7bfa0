import {
  buildRiskExamples,
  computeMarketFeatures,
  type MarketTable,
  RISK_HORIZON_HOURS,
  type RiskExamples,
} from '../features/index.ts';
import {
  baselineRisk,
  drawdownEvents,
  empiricalQuantile,
  forecastRisk,
  type RiskForecast,
  type RiskModel,
  riskLosses,
  sigmoid,
  weightsOfHead,
} from '../models/index.ts';
import {
  brierRows,
  type Calibration,
  calibration,
  type Estimate,
  estimateMean,
  estimateRows,
  estimateSkill,
  openAuc,
  openExpectedError,
} from '../models/metrics/index.ts';
import type { Asset } from './coins.ts';
import type { TrainedModel } from './default-model.ts';
import { draw, type Resampling } from './figures.ts';
import { MARKET_BLOCK_HOURS } from './volatility.ts';
import { type WarningFigures, warningFigures } from './warning.ts';

export type RiskFigures = {
  readonly asset: string;
  readonly rows: number;
  readonly eventShare: number;
  readonly auc: Estimate | null;
  readonly aucOfEwma: Estimate | null;
  /** AUC of the model less that of the EWMA ranking, over the same blocks. */
  readonly aucGain: Estimate | null;
  readonly brier: Estimate;
  /** Skill in log loss and in QLIKE against EWMA, paired. */
  readonly logLossSkill: Estimate;
  readonly volatilitySkill: Estimate;
  readonly calibration: Calibration & { readonly expected: Estimate | null };
  readonly warning: WarningFigures | null;
};

const LEAST_TEST_ROWS = 240;
/** An alarm is a probability above this quantile of those told on training rows. */
const ALARM_SHARE = 0.8;

/** Training and test rows of each asset, the reference first. */
export function riskRows(
  assets: readonly Asset[],
  cutoff: number,
): {
  readonly asset: Asset;
  readonly table: MarketTable;
  readonly train: RiskExamples;
  readonly test: RiskExamples;
}[] {
  const [reference] = assets;
  if (reference === undefined) return [];
  return assets.map((asset) => {
    const table = computeMarketFeatures(asset.market, reference.market);
    return {
      asset,
      table,
      train: buildRiskExamples(table, {
        from: Number.NEGATIVE_INFINITY,
        to: cutoff - RISK_HORIZON_HOURS,
      }),
      test: buildRiskExamples(table, { from: cutoff, to: Number.POSITIVE_INFINITY }),
    };
  });
}

/** The risk head on each asset after the cutoff; none for a model without one. */
export function riskFigures(
  { model, weights }: TrainedModel,
  rows: ReturnType<typeof riskRows>,
  resampling: Resampling,
): RiskFigures[] {
  const head = model.heads.risk;
  if (head === undefined) return [];
  const own = weightsOfHead(model, head, weights);
  return rows.flatMap(({ asset, train, test }) => {
    if (test.rows < LEAST_TEST_ROWS || train.rows < LEAST_TEST_ROWS) return [];
    const told = forecastRisk(head.model, own, test);
    const alarmAt = empiricalQuantile(forecastRisk(head.model, own, train).logit, ALARM_SHARE);
    return [figuresOf(asset, head.model, test, told, alarmAt, resampling)];
  });
}

function figuresOf(
  { name, market }: Asset,
  { numbers }: RiskModel,
  test: RiskExamples,
  told: RiskForecast,
  alarmAt: number,
  resampling: Resampling,
): RiskFigures {
  const drawn = draw(test.rows, MARKET_BLOCK_HOURS, resampling);
  const ewma = baselineRisk('ewma', numbers, test);
  const event = drawdownEvents(numbers.threshold, test);
  const probability = told.logit.map(sigmoid);
  const [losses, against] = [riskLosses(told, numbers, test), riskLosses(ewma, numbers, test)];
  const [auc, aucOfEwma] = [openAuc(told.logit, event), openAuc(ewma.logit, event)];
  const all = calibration(probability, event, { cut: 'count' });
  return {
    asset: name,
    rows: test.rows,
    eventShare: event.reduce((sum, hit) => sum + hit, 0) / test.rows,
    auc: estimateRows(drawn, auc),
    aucOfEwma: estimateRows(drawn, aucOfEwma),
    aucGain: estimateRows(drawn, (times) => {
      const [a, b] = [auc(times), aucOfEwma(times)];
      return a === null || b === null ? null : a - b;
    }),
    brier: estimateMean(drawn, brierRows(probability, event)),
    logLossSkill: estimateSkill(drawn, losses.drawdown, against.drawdown),
    volatilitySkill: estimateSkill(drawn, losses.volatility, against.volatility),
    calibration: {
      ...all,
      expected: estimateRows(drawn, openExpectedError(probability, event, { cut: 'count' })),
    },
    warning: warningFigures(fallsOf(market, numbers.threshold, test), alarmsOf(told, alarmAt), resampling),
  };
}

function alarmsOf({ logit }: RiskForecast, alarmAt: number): Uint8Array {
  return Uint8Array.from(logit, (value) => (value > alarmAt ? 1 : 0));
}

/** Hours in which the price stands, or has stood within the hour, further than the threshold below its 24-hour high. */
function fallsOf(market: Asset['market'], threshold: number, { hour, usual }: RiskExamples): Uint8Array {
  const { close, low, startHour } = market;
  return Uint8Array.from(hour, (at, i) => {
    const t = at - startHour;
    let high = 0;
    for (let k = Math.max(0, t - RISK_HORIZON_HOURS); k < t; k++) high = Math.max(high, close[k]!);
    return Math.log(high / low[t]!) > threshold * Math.exp(usual[i]!) ? 1 : 0;
  });
}
