import {
  buildExamples,
  buildRiskExamples,
  FeatureTables,
  type HourlySeries,
  type MarketWindow,
  pegFeatures,
  RISK_FEATURES,
} from '../features/index.ts';
import {
  type PegHead,
  pegHeadName,
  type RiskNumbers,
  type StabilityModel,
  weightsOfHead,
} from '../models/index.ts';
import type { ForecastDay } from './accuracy-drift.ts';
import { pegDays, riskDays } from './forecast-days.ts';
import type { FeatureRows } from './input-drift.ts';

/** A public coin, a volatile asset, or both, under the name that the gate gives it. */
export type MonitoredCollateral = {
  readonly name: string;
  readonly feed?: HourlySeries | undefined;
  readonly market?: MarketWindow | undefined;
};

/** Half-open range of UTC days since the epoch. */
export type DayRange = { readonly from: number; readonly to: number };

/** A head on one collateral, as the gate pairs them. */
export type MonitoredPair = {
  /** `head/collateral`. */
  readonly name: string;
  readonly head: string;
  readonly collateral: string;
  /** What the head forecasts: two models are compared where this is the same. */
  readonly target: string;
  /** The head's own dead band; 0 where it has none. */
  readonly deadBand: number;
  /** How weights did on days all of whose outcomes are known; days without a row are left out. */
  readonly days: (range: DayRange, weights: Float64Array) => readonly ForecastDay[];
  /** Names of the columns of `inputs`: the features, and beside them the scale that they are measured in. */
  readonly inputNames: readonly string[];
  /** What the head read in the hours [from, to), as far as it is known. */
  readonly inputs: (from: number, to: number) => FeatureRows;
};

/**
 * Every head on every collateral that has data for it. Features are computed when a pair is first asked.
 *
 * @param reference the public market beside which features of a market are computed.
 * @param judge numbers whose drawdown event risk is judged by; the model's own unless given.
 * @param tables of the same public data, where others have them too.
 */
export function createMonitoredPairs(
  model: StabilityModel,
  collaterals: readonly MonitoredCollateral[],
  reference: MarketWindow | undefined,
  judge?: RiskNumbers,
  tables = new FeatureTables(),
): MonitoredPair[] {
  return collaterals.flatMap((collateral) => [
    ...model.heads.peg.flatMap((head) => pegPair(model, head, collateral, tables)),
    ...riskPair(model, collateral, reference, tables, judge),
  ]);
}

function pegPair(
  model: StabilityModel,
  peg: PegHead,
  { name, feed }: MonitoredCollateral,
  tables: FeatureTables,
): MonitoredPair[] {
  if (feed === undefined) return [];
  const { horizon } = peg.model;
  const table = () => tables.peg(feed, horizon);
  const head = pegHeadName(model, peg);
  return [
    {
      name: `${head}/${name}`,
      head,
      collateral: name,
      target: `peg-${horizon}h/${name}`,
      deadBand: 0,
      days: (range, weights) =>
        pegDays(peg, weightsOfHead(model, peg, weights), buildExamples(table(), hoursOf(range))),
      inputNames: [...pegFeatures(horizon).map((feature) => feature.name), 'scale'],
      inputs: (from, to) => {
        const { startHour, warmup, rows, x, width, scale } = table();
        return columns(startHour, warmup, rows, x, width, scale.map(Math.log), from, to);
      },
    },
  ];
}

function riskPair(
  model: StabilityModel,
  { name, market }: MonitoredCollateral,
  reference: MarketWindow | undefined,
  tables: FeatureTables,
  judge: RiskNumbers | undefined,
): MonitoredPair[] {
  const { risk } = model.heads;
  if (risk === undefined || market === undefined || reference === undefined) return [];
  const table = () => tables.risk(market, reference);
  return [
    {
      name: `risk/${name}`,
      head: 'risk',
      collateral: name,
      target: `risk/${name}`,
      deadBand: model.spec.heads.risk?.deadBand ?? 0,
      days: (range, weights) =>
        riskDays(
          risk.model,
          weightsOfHead(model, risk, weights),
          buildRiskExamples(table(), hoursOf(range)),
          judge,
        ),
      inputNames: [...RISK_FEATURES.map((feature) => feature.name), 'ewma'],
      inputs: (from, to) => {
        const { startHour, warmup, rows, x, ewma } = table();
        return columns(startHour, warmup, rows, x, RISK_FEATURES.length, ewma, from, to);
      },
    },
  ];
}

const HOURS = 24;
const hoursOf = ({ from, to }: DayRange) => ({ from: from * HOURS, to: to * HOURS });

function columns(
  startHour: number,
  warmup: number,
  rows: number,
  x: Float64Array,
  width: number,
  scale: Float64Array,
  from: number,
  to: number,
): FeatureRows {
  const first = Math.max(warmup, from - startHour);
  const last = Math.min(rows, to - startHour);
  const out = new Float64Array(Math.max(0, last - first) * (width + 1));
  for (let t = first, at = 0; t < last; t++, at += width + 1) {
    out.set(x.subarray(t * width, (t + 1) * width), at);
    out[at + width] = scale[t]!;
  }
  return { startHour: startHour + first, width: width + 1, x: out };
}
