import { joinColumns } from './columns.ts';
import { buildExamples, type ExampleSet } from './examples.ts';
import { computeMarketTable, RISK_FEATURES } from './market-features.ts';
import type { MarketWindow, ReferenceMarkets } from './market-window.ts';
import { type PegHorizon, pegFeatures } from './peg-features.ts';
import { computeFeatures } from './peg-table.ts';
import { type RecordBlock, recordHoursOf } from './records.ts';
import { computeReference } from './reference-markets.ts';
import { buildRiskExamples, type RiskExamples } from './risk-examples.ts';
import { endHour, type HourlyMarket, type HourlySeries, sliceHours, sliceMarket } from './series.ts';

/**
 * Hours at the start of a block that only fill its averages: two days of the peg, so that the scale S has seen a day of
 * moves, and the longest fixed look-back of a risk feature. Averages of longer half-lives begin anew in every block and
 * are shorter ones there.
 */
export const BLOCK_WARMUP_HOURS = 48;
export const RISK_BLOCK_WARMUP_HOURS = 72;

/** Examples of the rows in [from, to) hours, by record. */
export type ExamplesOf<T> = (range: { readonly from: number; readonly to: number }) => T;

/**
 * Peg examples whose records are disjoint blocks: features begin anew in each, labels do not look past its end, so that
 * an hour of the series is in one record and no other. (A record loses its first 48 hours and its last `horizon` hours of rows to that.)
 *
 * @param blocks of the series, each within one span of the record: of `cutSeries`, or loaded one by one.
 */
export function pegBlocks(
  blocks: readonly HourlySeries[],
  record: RecordBlock,
  horizon: PegHorizon = 24,
): ExamplesOf<ExampleSet> {
  const hours = recordHoursOf(record);
  const tables = blocks.map((block) => computeFeatures(block, horizon, BLOCK_WARMUP_HOURS));
  return (range) => {
    const sets = tables.map((table) => buildExamples(table, range, hours));
    return {
      horizon,
      ...shapeOf(sets, pegFeatures(horizon).length),
      x: joinColumns(sets.map(({ x }) => x)),
      y: joinColumns(sets.map(({ y }) => y)),
      scale: joinColumns(sets.map(({ scale }) => scale)),
      deviation: joinColumns(sets.map(({ deviation }) => deviation)),
      hour: joinColumns(sets.map(({ hour }) => hour)),
      flags: Uint8Array.from(sets.flatMap(({ flags }) => [...flags])),
    };
  };
}

/**
 * The same of a volatile asset. What its features say of the public markets comes from the whole of that: it is
 * nobody's record. (A record loses its first 72 and last 24 hours of rows.)
 */
export function riskBlocks(
  blocks: readonly MarketWindow[],
  references: ReferenceMarkets,
  record: RecordBlock,
): ExamplesOf<RiskExamples> {
  const hours = recordHoursOf(record);
  const beside = computeReference(references);
  const tables = blocks.map((block) => computeMarketTable(block, beside, RISK_BLOCK_WARMUP_HOURS));
  return (range) => {
    const sets = tables.map((table) => buildRiskExamples(table, range, hours));
    return {
      ...shapeOf(sets, RISK_FEATURES.length),
      x: joinColumns(sets.map(({ x }) => x)),
      ewma: joinColumns(sets.map(({ ewma }) => ewma)),
      usual: joinColumns(sets.map(({ usual }) => usual)),
      drawdown: joinColumns(sets.map(({ drawdown }) => drawdown)),
      volatility: joinColumns(sets.map(({ volatility }) => volatility)),
      lastDrawdown: joinColumns(sets.map(({ lastDrawdown }) => lastDrawdown)),
      lastVolatility: joinColumns(sets.map(({ lastVolatility }) => lastVolatility)),
      hour: joinColumns(sets.map(({ hour }) => hour)),
      flags: Uint8Array.from(sets.flatMap(({ flags }) => [...flags])),
    };
  };
}

/** The blocks of a series that is known as a whole. What its hours took over from hours before them stays in them. */
export function cutSeries(series: HourlySeries, record: RecordBlock): HourlySeries[] {
  return spansOf(series, record).map(([from, to]) => sliceHours(series, from, to));
}

/** The same of a volatile asset. */
export function cutMarket(market: HourlyMarket, record: RecordBlock): HourlyMarket[] {
  return spansOf(market, record).map(([from, to]) => sliceMarket(market, from, to));
}

function spansOf(series: HourlySeries | HourlyMarket, record: RecordBlock): [from: number, to: number][] {
  const hours = recordHoursOf(record);
  const first = Math.floor(series.startHour / hours);
  const count = Math.ceil(endHour(series) / hours) - first;
  return Array.from({ length: count }, (_, b) => [(first + b) * hours, (first + b + 1) * hours]);
}

type Shape = { readonly records: number; readonly rows: number; readonly recordStart: Int32Array };

function shapeOf(sets: readonly Shape[], width: number) {
  const starts = [0];
  let rows = 0;
  for (const set of sets) {
    for (let r = 1; r <= set.records; r++) starts.push(rows + set.recordStart[r]!);
    rows += set.rows;
  }
  return { records: starts.length - 1, rows, width, recordStart: Int32Array.from(starts) };
}
