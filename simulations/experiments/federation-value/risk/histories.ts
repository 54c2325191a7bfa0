import type { HourRange } from '../../../../node/data/index.ts';
import {
  buildRiskExamples,
  computeMarketFeatures,
  endHour,
  type HourlyMarket,
  RISK_HORIZON_HOURS,
  type RiskExamples,
  sliceMarket,
  WARMUP_HOURS,
} from '../../../../node/features/index.ts';
import { computeMarketTable } from '../../../../node/features/market-features.ts';
import type { ReferenceTable } from '../../../../node/features/reference-markets.ts';
import { empiricalQuantile } from '../../../../node/models/index.ts';
import { EVENT_SHARE } from '../../risk-drawdown/figures.ts';
import { type NamedMarket, PUBLIC_NAMES } from '../../risk-drawdown/perpetuals.ts';
import { calmCuts, leastOf } from '../histories.ts';
import type { JudgedRows } from './judging.ts';

/** What one node knows: one asset's hours, over one stretch of time. */
export type MarketHistory = {
  readonly name: string;
  /** Whose rows judge it. */
  readonly asset: string;
  readonly market: HourlyMarket;
};

/** Each private asset's time before an event in two. */
const PERIODS = 2;
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** Ten nodes: two disjoint periods each of the five private perpetuals, all before `to`. */
export function marketsByPeriod(markets: readonly NamedMarket[], to: number): MarketHistory[] {
  return markets
    .filter(({ name }) => !PUBLIC_NAMES.includes(name))
    .flatMap(({ name, market }) => {
      const edge = (k: number) => market.startHour + Math.floor(((to - market.startHour) * k) / PERIODS);
      return Array.from({ length: PERIODS }, (_, k) => ({
        name: `${name.toLowerCase()}-${k + 1}`,
        asset: name,
        market: sliceMarket(market, edge(k), edge(k + 1)),
      }));
    });
}

/** Of each history the stretch of `hours` whose moves of a day are least on average, and that touches no event. */
export function calmestMarkets(histories: readonly MarketHistory[], hours: number): MarketHistory[] {
  return histories.map((history) => {
    const { name, market } = history;
    const cuts = calmCuts(market.startHour, endHour(market), hours).map(({ from, to }) =>
      sliceMarket(market, from, to),
    );
    return { ...history, market: leastOf(name, cuts, unrestOf) };
  });
}

/** Mean |log return| of a day. */
function unrestOf({ close }: HourlyMarket): number {
  let sum = 0;
  for (let t = 24; t < close.length; t++) sum += Math.abs(Math.log(close[t]! / close[t - 24]!));
  return sum / (close.length - 24);
}

/** The rows of a history beside what everyone sees of the public market; its first 14 days only fill averages. */
export function riskRows({ market }: MarketHistory, reference: ReferenceTable): RiskExamples {
  return buildRiskExamples(computeMarketTable(market, reference, WARMUP_HOURS), ALWAYS);
}

/** One asset's rows in an event, and the same with the falls that judge. */
export type EventRows = { readonly asset: string; readonly test: RiskExamples; readonly rows: JudgedRows };

/**
 * Rows in an event whose labels end in it, with features of all that lies before. A fall is one beyond the 5 % quantile
 * of the asset's whole past, which no node sees.
 */
export function eventRows(
  markets: readonly NamedMarket[],
  { from, to }: HourRange,
  references: readonly HourlyMarket[],
): EventRows[] {
  return markets.map(({ name, market }) => {
    const table = computeMarketFeatures(market, references);
    const past = buildRiskExamples(table, { from: Number.NEGATIVE_INFINITY, to: from - RISK_HORIZON_HOURS });
    const test = buildRiskExamples(table, { from, to: to - RISK_HORIZON_HOURS });
    const threshold = empiricalQuantile(past.drawdown, 1 - EVENT_SHARE);
    const event = Uint8Array.from(test.drawdown, (fall) => (fall > threshold ? 1 : 0));
    return { asset: name, test, rows: { hour: test.hour, event } };
  });
}
