import { z } from 'zod';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import {
  endHour,
  type HourlyMarket,
  type HourlySeries,
  sliceHours,
  sliceMarket,
} from '../features/series.ts';
import { generateMarket } from './generator/market.ts';
import { generateVenue } from './generator/venue.ts';
import { readBars } from './readers/bars.ts';
import { type FlaggedBar, type FlagRules, flagBars, type HeldPrint } from './readers/flagging.ts';
import { CSV_FORMATS, formatOf } from './readers/formats.ts';
import { type Cadence, type Resampled, resampleHourly } from './readers/resample.ts';
import { findVendorDays } from './readers/vendor.ts';

const date = z.iso.date();
const period = { from: date.optional(), to: date.optional() };

/**
 * Where a node's series comes from, as plain JSON, so that a process can load its own slice and nothing else.
 * `peers` are the other assets' files of a daily file's vendor, against which its extremes are checked. `from`
 * (inclusive) and `to` (exclusive) are UTC dates; `target` is the peg in the unit of the prices.
 */
export const marketSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('generator'),
    seed: z.int().nonnegative(),
    venue: z.int().nonnegative(),
    days: z.int().min(30).max(20_000).optional(),
    ...period,
  }),
  z.strictObject({
    kind: z.literal('csv'),
    format: z.enum(CSV_FORMATS),
    file: z.string().min(1),
    target: z.number().positive().optional(),
    peers: z.array(z.string().min(1)).max(100).optional(),
    ...period,
  }),
]);

export type MarketSource = z.infer<typeof marketSourceSchema>;
export type CsvSource = Extract<MarketSource, { kind: 'csv' }>;

/** A print that was not believed at once, in the line of its file. */
export type FlaggedPrint = HeldPrint & { readonly line: number; readonly second: number };

/** What a source's observations were like. */
export type LoadReport = {
  /** Hours that repeat an earlier observation. */
  readonly carriedHours: number;
  /** Prints that were not believed at once, the first `MAX_FLAGGED` of them. */
  readonly flagged: readonly FlaggedPrint[];
};

export type LoadedSeries = LoadReport & { readonly series: HourlySeries };
export type LoadedMarket = LoadReport & { readonly market: HourlyMarket };

/** How many flagged prints a report lists; the flags of the hours are complete. */
const MAX_FLAGGED = 1000;
/**
 * Share of the price beyond which a print of a volatile asset needs to be confirmed. Crashes have printed 42 %
 * outside their hour's open and close (AAVE, 2021-05-19), and such prints are what a risk model is about.
 */
export const VOLATILE_JUMP = 0.5;

/**
 * Loads the hourly peg deviations of `source`, flagged and cut to its period. A doubtful price is held at the
 * median of the last three until the next print confirms it; its hour and the report say so.
 *
 * @throws UsageError `DATA_FORMAT_USE` for a format that is no spot price; `DATA_MALFORMED`, `DATA_TRUNCATED`,
 *   `DATA_GAP`, `DATA_EMPTY`, `DATA_FILE_UNREADABLE` and the limits' errors.
 */
export async function loadSeries(source: MarketSource, signal?: AbortSignal): Promise<LoadedSeries> {
  signal?.throwIfAborted();
  const { from, to } = periodOf(source);
  if (source.kind === 'generator') {
    const series = generateVenue(source.seed, source.venue, source.days);
    const cut = sliceHours({ ...series, flags: new Uint8Array(series.deviation.length) }, from, to);
    return { series: requireHours(source, series, cut), carriedHours: 0, flagged: [] };
  }
  const { market, carriedHours, flagged } = await loadBars(
    source,
    'peg',
    formatOf(source.format).pegJump,
    signal,
  );
  const target = source.target ?? 1;
  const series = {
    startHour: market.startHour,
    deviation: market.close.map((price) => 1e4 * (price / target - 1)),
    flags: market.flags,
    ...(market.timing === undefined ? {} : { timing: market.timing }),
  };
  return { series: requireHours(source, series, sliceHours(series, from, to)), carriedHours, flagged };
}

/**
 * Loads the hourly bars of a volatile asset, flagged and cut to its period. Closes are held as `loadSeries` does,
 * but only beyond `VOLATILE_JUMP`; highs and lows are as printed.
 *
 * @throws UsageError as `loadSeries`.
 */
export async function loadMarket(source: MarketSource, signal?: AbortSignal): Promise<LoadedMarket> {
  signal?.throwIfAborted();
  const { from, to } = periodOf(source);
  const loaded =
    source.kind === 'generator'
      ? { market: generateMarket(source.seed, source.venue, source.days), carriedHours: 0, flagged: [] }
      : await loadBars(source, 'market', VOLATILE_JUMP, signal);
  const { market } = loaded;
  return { ...loaded, market: requireHours(source, market, sliceMarket(market, from, to)) };
}

async function loadBars(
  source: CsvSource,
  use: 'peg' | 'market',
  jump: number,
  signal: AbortSignal | undefined,
): Promise<Resampled & Pick<LoadReport, 'flagged'>> {
  const { file } = source;
  const { rules, cadence } = await rulesOf(source, use, jump, signal);
  const flagged: FlaggedPrint[] = [];
  const bars = collectHeld(abortable(flagBars(readBars(file, source.format), rules), signal), flagged);
  return { ...(await resampleHourly(bars, cadence, file)), flagged };
}

/** How a source's observations are judged and spread over hours. @throws UsageError `DATA_FORMAT_USE`. */
export async function rulesOf(
  source: CsvSource,
  use: 'peg' | 'market',
  jump: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly rules: FlagRules; readonly cadence: Cadence }> {
  const { file, peers } = source;
  const format = formatOf(source.format);
  if (!format.uses.includes(use)) {
    const fit = CSV_FORMATS.filter((name) => formatOf(name).uses.includes(use));
    throw new UsageError(
      'DATA_FORMAT_USE',
      `${file}: format: got ${source.format}, expected ${fit.join(', ')} for ${USES[use]}`,
      { metadata: { file, format: source.format, use }, hint: 'name another file as the source' },
    );
  }
  const others = source.format === 'daily' ? (peers ?? []) : [];
  const vendorDays =
    others.length > 0 ? await findVendorDays([...new Set([file, ...others])], signal) : undefined;
  const { step, heartbeat } = format;
  const cadence = {
    ...(step === undefined ? {} : { step }),
    ...(heartbeat === undefined ? {} : { heartbeat }),
  };
  return { rules: { jump, ...cadence, ...(vendorDays === undefined ? {} : { vendorDays }) }, cadence };
}

const USES = { peg: 'the deviations of a peg', market: 'the bars of a volatile asset' } as const;

export async function* collectHeld(
  bars: AsyncIterable<FlaggedBar>,
  flagged: FlaggedPrint[],
): AsyncGenerator<FlaggedBar> {
  for await (const flaggedBar of bars) {
    const { line, second } = flaggedBar.bar;
    for (const print of flaggedBar.held) {
      if (flagged.length < MAX_FLAGGED) flagged.push({ line, second, ...print });
    }
    yield flaggedBar;
  }
}

/** Hours since the epoch. */
export function periodOf({ from, to }: MarketSource) {
  return {
    from: from === undefined ? Number.NEGATIVE_INFINITY : hourOfDate(from),
    to: to === undefined ? Number.POSITIVE_INFINITY : hourOfDate(to),
  };
}

/** `cut`, where it has two hours or more. @throws UsageError `DATA_EMPTY`. */
function requireHours<T extends HourlySeries | HourlyMarket>(source: MarketSource, whole: T, cut: T): T {
  if (endHour(cut) - cut.startHour >= 2) return cut;
  const name = source.kind === 'csv' ? source.file : `generator seed ${source.seed} venue ${source.venue}`;
  throw new UsageError(
    'DATA_EMPTY',
    `${name}: got no hours from ${source.from ?? 'the start'} to ${source.to ?? 'the end'}, expected some of ` +
      `${dateOfHour(whole.startHour)} to ${dateOfHour(endHour(whole))}`,
    { metadata: { name, from: source.from, to: source.to }, hint: 'correct from and to' },
  );
}

/** Hours since the epoch of 00:00 UTC on `text` (YYYY-MM-DD). */
export function hourOfDate(text: string): number {
  const millis = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(millis)) {
    throw new BallastError('DATE_MALFORMED', `date: got "${text}", expected YYYY-MM-DD`, {
      metadata: { text },
    });
  }
  return millis / 3_600_000;
}

/** The UTC date (YYYY-MM-DD) that holds the hour. */
export function dateOfHour(hour: number): string {
  return new Date(hour * 3_600_000).toISOString().slice(0, 10);
}

export async function* abortable<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  for await (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
}
