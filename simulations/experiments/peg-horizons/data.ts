import { join } from 'node:path';
import { loadSeries } from '../../../node/data/index.ts';
import {
  buildExamples,
  computeFeatures,
  type ExampleSet,
  type HourlySeries,
  type PegHorizon,
  WARMUP_HOURS,
} from '../../../node/features/index.ts';

export type Coin = { readonly name: string; readonly series: HourlySeries };

/** Rows of a coin, by horizon, in ranges of hours. */
export type Rows = (
  coin: Coin,
  horizon: PegHorizon,
  ranges: readonly { readonly from: number; readonly to: number }[],
) => ExampleSet[];

const ORACLES = ['dai', 'frax', 'mim', 'usdc'];
const DAILY = ['dai', 'frax', 'lusd', 'mim', 'susd', 'usdd'];
/** One-minute candles over an event, and the event that they are of. */
const WINDOWS = [
  { event: 'terra', pair: 'USDC/USDT', file: 'terra_luna_2022_USDCUSDT_1m.csv.gz' },
  { event: 'celsius', pair: 'USDC/USDT', file: 'celsius_3ac_2022_USDCUSDT_1m.csv.gz' },
  { event: 'ftx', pair: 'BUSD/USDT', file: 'ftx_2022_BUSDUSDT_1m.csv.gz' },
  { event: 'busd', pair: 'BUSD/USDT', file: 'busd_2023_BUSDUSDT_1m.csv.gz' },
] as const;

/** Four coins on their oracles, every round known at its hour. */
export function loadOracles(folder: string): Promise<Coin[]> {
  return Promise.all(
    ORACLES.map(async (name) => {
      const file = join(folder, 'chainlink-rounds', `arbitrum_${name}_usd.csv.gz`);
      return { name, series: (await loadSeries({ kind: 'csv', format: 'chainlink', file })).series };
    }),
  );
}

/** Minutes of an exchange over an event, by the hour. */
export function loadWindows(folder: string): Promise<(Coin & { readonly event: string })[]> {
  return Promise.all(
    WINDOWS.map(async ({ event, pair, file }) => {
      const source = { kind: 'csv', format: 'candles-1m', file: join(folder, 'candles-1m', file) } as const;
      return { event, name: `${event}: ${pair}`, series: (await loadSeries(source)).series };
    }),
  );
}

/** Daily closes of six coins, a step a day: what is called an hour elsewhere is a day here. */
export function loadDaily(folder: string): Promise<Coin[]> {
  return Promise.all(
    DAILY.map(async (name) => {
      const file = join(folder, 'daily', `${name}_daily.csv.gz`);
      const { series } = await loadSeries({ kind: 'csv', format: 'daily', file });
      const first = Math.ceil(series.startHour / 24);
      const days = Math.floor((series.startHour + series.deviation.length - 1) / 24) - first + 1;
      const deviation = Float64Array.from(
        { length: days },
        (_, day) => series.deviation[(first + day) * 24 - series.startHour]!,
      );
      return { name, series: { startHour: first, deviation } };
    }),
  );
}

/** Examples of coins whose features are computed once. */
export function rowsOf(warmup: number = WARMUP_HOURS): Rows {
  const tables = new Map<string, ReturnType<typeof computeFeatures>>();
  return ({ name, series }, horizon, ranges) => {
    const key = `${name}/${horizon}`;
    const table = tables.get(key) ?? computeFeatures(series, horizon, warmup);
    tables.set(key, table);
    return ranges.map((range) => buildExamples(table, range));
  };
}
