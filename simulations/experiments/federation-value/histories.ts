import { type HourRange, hourOfDate, STRESS_EVENTS, type StressEvent } from '../../../node/data/index.ts';
import {
  buildExamples,
  computeFeatures,
  type ExampleSet,
  endHour,
  type HourlySeries,
  type PegHorizon,
  sliceHours,
  WARMUP_HOURS,
  withMirror,
} from '../../../node/features/index.ts';
import { type Coin, loadOracles } from '../peg-horizons/data.ts';

/** What one node knows: one price, over one stretch of time. Nothing else of the recordings reaches its training. */
export type History = {
  readonly name: string;
  /** Whose rows judge it. */
  readonly coin: string;
  readonly series: HourlySeries;
};

/** Recorded coins by their names. */
export type Coins = ReadonlyMap<string, HourlySeries>;

/** The first hour of the final test; everything is chosen on rows whose labels lie before it. */
export const TEST_FROM = hourOfDate('2022-05-01');
/** A history of two months in all, of which the first 14 days only fill averages. */
export const CALM_HOURS = 60 * 24;
/** A month in all, 14 days for the averages among it; and a month of rows, and the 14 days before it. */
export const SHORT_HOURS = 30 * 24;
export const MONTH_HOURS = 30 * 24 + WARMUP_HOURS;

/** Nodes of the ten-node cut by coin: the two that were recorded longest have three. */
const NODES_OF: Readonly<Record<string, number>> = { dai: 3, usdc: 3, frax: 2, mim: 2 };

export async function loadCoins(folder: string): Promise<Coins> {
  const coins = await loadOracles(folder);
  return new Map(coins.map(({ name, series }: Coin) => [name, series]));
}

/** One node a coin, all that lies before `to`. */
export function byCoin(coins: Coins, to: number): History[] {
  return [...coins].map(([coin, series]) => ({
    name: coin,
    coin,
    series: sliceHours(series, series.startHour, to),
  }));
}

/** Ten nodes: each coin's time before `to` in equal, disjoint periods. */
export function byPeriod(coins: Coins, to: number): History[] {
  return [...coins].flatMap(([coin, series]) => {
    const parts = NODES_OF[coin] ?? 1;
    const edge = (k: number) => series.startHour + Math.floor(((to - series.startHour) * k) / parts);
    return Array.from({ length: parts }, (_, k) => ({
      name: `${coin}-${k + 1}`,
      coin,
      series: sliceHours(series, edge(k), edge(k + 1)),
    }));
  });
}

/** The same nodes with the last `days` of rows of their histories, and the 14 days before those for the averages. */
export function lastDays(histories: readonly History[], days: number): History[] {
  return histories.map(({ series, ...rest }) => ({
    ...rest,
    series: sliceHours(series, endHour(series) - 24 * days - WARMUP_HOURS, endHour(series)),
  }));
}

/**
 * Of each history the calmest `hours`: the stretch in which |d_t − d_{t−24}| was least on average, among those that begin
 * at a multiple of 24 hours from its start and touch no stress event.
 */
export function calmest(histories: readonly History[], hours: number = CALM_HOURS): History[] {
  return histories.map(({ series, ...rest }) => {
    const cuts = calmCuts(series.startHour, endHour(series), hours).map(({ from, to }) =>
      sliceHours(series, from, to),
    );
    return { ...rest, series: leastOf(rest.name, cuts, unrestOf) };
  });
}

/** Stretches of `hours` from `begin` on, a day apart, that touch no stress event. */
export function calmCuts(begin: number, end: number, hours: number): HourRange[] {
  const events: readonly StressEvent[] = Object.values(STRESS_EVENTS);
  const count = Math.max(0, Math.floor((end - begin - hours) / 24) + 1);
  return Array.from({ length: count }, (_, k) => ({
    from: begin + 24 * k,
    to: begin + 24 * k + hours,
  })).filter(({ from, to }) => !events.some((event) => from < event.to && event.from < to));
}

/** The first of the cuts with the least unrest. */
export function leastOf<T>(name: string, cuts: readonly T[], unrest: (cut: T) => number): T {
  let best: { readonly unrest: number; readonly cut: T } | undefined;
  for (const cut of cuts) {
    const own = unrest(cut);
    if (best === undefined || own < best.unrest) best = { unrest: own, cut };
  }
  if (best === undefined) throw new RangeError(`${name}: got no stretch without an event, expected some`);
  return best.cut;
}

/** Mean |d_t − d_{t−24}|, bp. */
function unrestOf({ deviation }: HourlySeries): number {
  let sum = 0;
  for (let t = 24; t < deviation.length; t++) sum += Math.abs(deviation[t]! - deviation[t - 24]!);
  return sum / (deviation.length - 24);
}

/** What a history teaches, each row with its mirror image: a record a UTC day. */
export function trainingRows({ series }: History, horizon: PegHorizon): ExampleSet {
  return withMirror(buildExamples(computeFeatures(series, horizon), ALWAYS));
}

/** Rows of [from, to) of a whole recording, whose features read all that lies before them. */
export function rowsBetween(series: HourlySeries, horizon: PegHorizon, from: number, to: number): ExampleSet {
  return buildExamples(computeFeatures(series, horizon), { from, to });
}

const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
