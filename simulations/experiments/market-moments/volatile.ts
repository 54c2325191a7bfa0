import {
  buildRiskExamples,
  computeMarketFeatures,
  type HourlyMarket,
  RISK_FEATURES,
} from '../../../node/features/index.ts';
import { correlation, deviation, mean, memory } from './statistics.ts';

/** What an asset is like, as it is named in tables; returns are hourly logs, and a flagged hour has none. */
export const ASSET_MOMENTS = [
  'volatility of a day',
  'kurtosis',
  'tail index',
  'memory of |r|, 1 h',
  'memory of |r|, 24 h',
  'memory of |r|, 168 h',
  'memory of |r|, 720 h',
  'memory of log volatility, 1 day',
  'memory of log volatility, 30 days',
  'spread of log volatility',
  'leverage',
  'what EWMA foretells',
  'what 24 h over 168 h adds',
  'what 168 h over 720 h adds',
  'what 6 h over 24 h adds',
  'what the fall from the high adds',
  'what volume adds',
] as const;
export type AssetMoment = (typeof ASSET_MOMENTS)[number];

/**
 * - volatility of a day: root of 24 times the mean squared return; tail index: Hill's of the largest 1 % of |r|;
 * - log volatility is that of the hours of a whole day, added up;
 * - leverage: correlation of a day's return with how much log volatility rises to the next day;
 * - what EWMA foretells: correlation of its log (half-life 24 h) with the log volatility of the next 24 h; what a feature
 *   of the risk head adds: its correlation with the distance between those two.
 */
export function assetMoments(market: HourlyMarket): Readonly<Record<AssetMoment, number>> {
  const returns = returnsOf(market);
  const known = returns.filter(Number.isFinite);
  const second = mean(known.map((r) => r * r));
  const sizes = returns.map(Math.abs);
  const days = wholeDays(returns);
  const log = days.map((day) => Math.log(day.reduce((sum, r) => sum + r * r, 0)) / 2);
  const rise = log.slice(1).map((value, i) => value - log[i]!);
  const change = days.slice(0, -1).map((day) => day.reduce((sum, r) => sum + r, 0));
  const { ewma, next, adds } = foretold(market);
  return {
    'volatility of a day': Math.sqrt(24 * second),
    kurtosis: mean(known.map((r) => r ** 4)) / second ** 2,
    'tail index': hill(known.map(Math.abs), 0.01),
    'memory of |r|, 1 h': memory(sizes, 1),
    'memory of |r|, 24 h': memory(sizes, 24),
    'memory of |r|, 168 h': memory(sizes, 168),
    'memory of |r|, 720 h': memory(sizes, 720),
    'memory of log volatility, 1 day': memory(log, 1),
    'memory of log volatility, 30 days': memory(log, 30),
    'spread of log volatility': deviation(log),
    leverage: correlation(change, rise),
    'what EWMA foretells': correlation(ewma, next),
    'what 24 h over 168 h adds': adds('middle-volatility'),
    'what 168 h over 720 h adds': adds('slow-volatility'),
    'what 6 h over 24 h adds': adds('fast-volatility'),
    'what the fall from the high adds': adds('drawdown'),
    'what volume adds': adds('volume'),
  };
}

/** Correlations between the hourly returns of each two assets, over the hours that both have. */
export function pairCorrelations(markets: readonly HourlyMarket[]): readonly number[] {
  const all = markets.map((market) => ({ from: market.startHour, returns: returnsOf(market) }));
  return all.flatMap((a, i) =>
    all.slice(i + 1).map((b) => {
      const shift = a.from - b.from;
      return correlation(
        a.returns,
        a.returns.map((_, t) => b.returns[t + shift] ?? Number.NaN),
      );
    }),
  );
}

function foretold(market: HourlyMarket) {
  const table = computeMarketFeatures(market, []);
  const { x, width, ewma, volatility } = buildRiskExamples(table, { from: 0, to: Number.POSITIVE_INFINITY });
  const beyond = volatility.map((value, i) => value - ewma[i]!);
  const adds = (name: string) => {
    const column = RISK_FEATURES.findIndex((feature) => feature.name === name);
    return correlation(
      beyond.map((_, i) => x[i * width + column]!),
      beyond,
    );
  };
  return { ewma, next: volatility, adds };
}

function returnsOf({ close, flags }: HourlyMarket): Float64Array {
  return Float64Array.from({ length: close.length - 1 }, (_, t) =>
    flags[t] === 0 && flags[t + 1] === 0 ? Math.log(close[t + 1]! / close[t]!) : Number.NaN,
  );
}

function wholeDays(returns: Float64Array): readonly Float64Array[] {
  return Array.from({ length: Math.floor(returns.length / 24) }, (_, d) =>
    returns.subarray(24 * d, 24 * d + 24),
  ).filter((day) => day.every(Number.isFinite) && day.some((r) => r !== 0));
}

/** Hill 1975: the reciprocal of the mean log excess over the quantile that a `share` lies beyond. */
function hill(sizes: Float64Array, share: number): number {
  const sorted = sizes.toSorted().reverse();
  const count = Math.floor(share * sorted.length);
  const floor = sorted[count]!;
  return 1 / mean(sorted.subarray(0, count).map((size) => Math.log(size / floor)));
}
