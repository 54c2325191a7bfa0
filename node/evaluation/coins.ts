import { basename, dirname } from 'node:path';
import { UsageError } from '../../protocol/errors.ts';
import {
  checkFolder,
  dateOfHour,
  GENERATOR_DAYS,
  loadMarket,
  loadSeries,
  type MarketSource,
} from '../data/index.ts';
import { type HourlyMarket, type HourlySeries, WARMUP_HOURS } from '../features/index.ts';

/** A peg's history in steps of one length; `series.startHour` counts steps since the epoch. */
export type Coin = {
  readonly name: string;
  readonly stepHours: 1 | 24;
  readonly series: HourlySeries;
  /** Steps that only fill the averages. */
  readonly warmup: number;
  /** A window around one event: tested on, never trained on. */
  readonly isWindow: boolean;
};

/** A volatile asset's hourly bars. */
export type Asset = { readonly name: string; readonly market: HourlyMarket };

export type Markets = {
  readonly coins: readonly Coin[];
  /** The reference market first. */
  readonly assets: readonly Asset[];
  /** What was not used, and why. */
  readonly notes: readonly string[];
};

/** Days of a daily file before its first row; its averages are shorter in days than in hours. */
const DAILY_WARMUP = 60;
/** An event's window is short: three days of it fill the averages. */
const WINDOW_WARMUP_HOURS = 72;
/** What is shorter than this is a window around an event. */
const LEAST_HISTORY_HOURS = 60 * 24;
/** The most files of one folder. */
const MAX_FILES = 200;

export type LoadProgress = (done: number, file: string) => void;

/**
 * Every recording of a folder that can be told to be a peg or a volatile asset: oracle rounds and hourly candles by the
 * hour, daily files by the day, one-minute candles as windows of hours.
 *
 * @throws UsageError `DATA_FOLDER`; `EVALUATION_DATA` where it holds no peg, or more than `MAX_FILES` files.
 */
export async function loadFolder(
  folder: string,
  { progress, signal }: { readonly progress?: LoadProgress; readonly signal?: AbortSignal } = {},
): Promise<Markets> {
  const coins: Coin[] = [];
  const assets: Asset[] = [];
  const notes: string[] = [];
  let files = 0;
  for await (const report of checkFolder(folder, signal)) {
    if (++files > MAX_FILES) throw tooMany(folder);
    progress?.(files, basename(report.file));
    const name = nameOf(report.file);
    if (report.kind !== 'read') {
      if (report.kind === 'refused') notes.push(`${name}: ${report.message}`);
      continue;
    }
    const source: MarketSource = { kind: 'csv', format: report.format, file: report.file };
    try {
      if (report.asset === 'pegged') {
        coins.push(coinOf(name, report.format, (await loadSeries(source, signal)).series));
      } else if (report.format !== 'candles-1m') {
        assets.push({ name, market: (await loadMarket(source, signal)).market });
      }
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      notes.push(`${name}: ${error.message}`);
    }
  }
  if (!coins.some(({ isWindow, stepHours }) => !isWindow && stepHours === 1)) {
    throw new UsageError(
      'EVALUATION_DATA',
      `${folder}: got ${coins.length} pegs, expected at least one by the hour, of 60 days or more`,
      {
        metadata: { folder, files },
        hint: 'ballast data check says what each file is; --generator needs no data',
      },
    );
  }
  return { coins, assets: orderAssets(assets), notes };
}

/** Four coins and three volatile assets of the generator's market of `seed`. */
export async function generateMarkets(seed: number, days = GENERATOR_DAYS): Promise<Markets> {
  const source = (venue: number): MarketSource => ({ kind: 'generator', seed, venue, days });
  const coins = await Promise.all(
    [0, 1, 2, 3].map(async (venue) =>
      coinOf(`venue-${venue}`, 'generator', (await loadSeries(source(venue))).series),
    ),
  );
  const assets = await Promise.all(
    [0, 1, 2].map(async (venue) => ({
      name: `asset-${venue}`,
      market: (await loadMarket(source(venue))).market,
    })),
  );
  return { coins, assets, notes: [] };
}

function coinOf(name: string, format: string, series: HourlySeries): Coin {
  if (format === 'daily') {
    return { name, stepHours: 24, series: dailySteps(series), warmup: DAILY_WARMUP, isWindow: false };
  }
  const isWindow = series.deviation.length < LEAST_HISTORY_HOURS;
  const warmup = isWindow ? WINDOW_WARMUP_HOURS : WARMUP_HOURS;
  const from = isWindow ? ` ${dateOfHour(series.startHour).slice(0, 7)}` : '';
  return { name: `${name}${from}`, stepHours: 1, series, warmup, isWindow };
}

/** A daily file is known at midnight: of its hours only those, numbered by day. */
function dailySteps({ startHour, deviation, flags }: HourlySeries): HourlySeries {
  const first = Math.ceil(startHour / 24);
  const days = Math.floor((startHour + deviation.length - 1) / 24) - first + 1;
  const at = (day: number) => 24 * (first + day) - startHour;
  return {
    startHour: first,
    deviation: Float64Array.from({ length: days }, (_, day) => deviation[at(day)] ?? Number.NaN),
    flags: Uint8Array.from({ length: days }, (_, day) => flags?.[at(day)] ?? 0),
  };
}

/** `arbitrum_dai_usd.csv.gz` in `chainlink-rounds` → `dai-usd rounds`: the folder's first word keeps files apart. */
function nameOf(file: string): string {
  const stem = basename(file)
    .replace(/\.csv(\.gz)?$/, '')
    .replace(/_\d{4}.*$/, '')
    .replace(/_(daily|1m|1h)$/, '')
    .replace(/^(arbitrum|spot|perp)_/, '');
  const kind = KINDS.find(([pattern]) => pattern.test(`${basename(dirname(file))}/${basename(file)}`));
  return `${stem.toLowerCase().replaceAll('_', '-')}${kind === undefined ? '' : ` ${kind[1]}`}`;
}

const KINDS = [
  [/daily/, 'daily'],
  [/1m/, 'minutes'],
  [/spot_/, 'spot'],
  [/perp_/, 'perpetual'],
  [/rounds|chainlink/, 'oracle'],
] as const;

/** The one that the others follow first: the bitcoin perpetual where there is one, else the longest. */
function orderAssets(assets: readonly Asset[]): Asset[] {
  const rank = ({ name, market }: Asset) =>
    market.close.length + (name.startsWith('btc') && name.includes('perp') ? 1e9 : 0);
  return [...assets].sort((a, b) => rank(b) - rank(a));
}

function tooMany(folder: string): UsageError {
  return new UsageError('EVALUATION_DATA', `${folder}: got more than ${MAX_FILES} files, expected fewer`, {
    metadata: { folder, most: MAX_FILES },
    hint: 'evaluate a smaller folder',
  });
}
