import { join } from 'node:path';
import { generateMarket, generateVenue, loadSeries } from '../../../node/data/index.ts';
import { loadPerpetuals } from '../risk-drawdown/perpetuals.ts';
import { PEG_MOMENTS, pegMoments } from './pegged.ts';
import { mean } from './statistics.ts';
import { ASSET_MOMENTS, assetMoments, pairCorrelations } from './volatile.ts';

const TOGETHER = 'correlation of two assets';
export const MOMENTS = [...ASSET_MOMENTS, TOGETHER, ...PEG_MOMENTS] as const;
export type Moment = (typeof MOMENTS)[number];
export type Range = { readonly least: number; readonly mean: number; readonly most: number };
export type Ranges = Readonly<Record<Moment, Range>>;

/** As long as the recorded perpetuals: estimates of long memory depend on the length. */
const DAYS = 798;
const PEG_DAYS = 490;

/** Over the seven perpetuals, or each two of them; over four coins on their oracle and one by its candles. */
export async function recordedMoments(dataDir: string): Promise<Ranges> {
  const markets = (await loadPerpetuals(dataDir)).map(({ market }) => market);
  const files = [
    ...['dai', 'frax', 'mim', 'usdc'].map(
      (coin) => ({ format: 'chainlink', file: `chainlink-rounds/arbitrum_${coin}_usd.csv.gz` }) as const,
    ),
    { format: 'candles-1h', file: 'candles-1h/spot_USDCUSDT_2020-06_2021-12.csv.gz' } as const,
  ];
  const coins = await Promise.all(
    files.map(
      async ({ format, file }) =>
        (await loadSeries({ kind: 'csv', format, file: join(dataDir, file) })).series.deviation,
    ),
  );
  return rangesOf(markets.map(assetMoments), pairCorrelations(markets), coins.map(pegMoments));
}

/** Over `venues` assets and coins of each seed. */
export function generatedMoments(seeds: readonly number[], venues: number): Ranges {
  const of = <T>(make: (seed: number, venue: number) => T) =>
    seeds.map((seed) => Array.from({ length: venues }, (_, venue) => make(seed, venue)));
  const markets = of((seed, venue) => generateMarket(seed, venue, DAYS));
  const coins = of((seed, venue) => generateVenue(seed, venue, PEG_DAYS).deviation);
  return rangesOf(
    markets.flat().map(assetMoments),
    markets.flatMap(pairCorrelations),
    coins.flat().map(pegMoments),
  );
}

type Table = readonly Readonly<Record<string, number>>[];

function rangesOf(assets: Table, pairs: readonly number[], coins: Table): Ranges {
  const range = (table: Table, name: string): Range => {
    const values = table.map((one) => one[name] ?? Number.NaN).filter(Number.isFinite);
    return { least: Math.min(...values), mean: mean(values), most: Math.max(...values) };
  };
  const pairTable = pairs.map((value) => ({ [TOGETHER]: value }));
  const tableOf = (name: Moment) => {
    if (name === TOGETHER) return pairTable;
    return PEG_MOMENTS.some((own) => own === name) ? coins : assets;
  };
  return Object.fromEntries(MOMENTS.map((name) => [name, range(tableOf(name), name)])) as Record<
    Moment,
    Range
  >;
}
