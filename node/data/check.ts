import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import { FLAGS, type FlagName } from '../features/series.ts';
import { readBars, requiredColumns } from './readers/bars.ts';
import { flagBars, type VendorFault } from './readers/flagging.ts';
import { CSV_FORMATS, type CsvFormat, formatOf } from './readers/formats.ts';
import { readRows } from './readers/rows.ts';
import { findVendorDays } from './readers/vendor.ts';
import { VOLATILE_JUMP } from './source.ts';

/** Rows with a flag, and the lines of the first of them. */
export type FlagCount = { readonly rows: number; readonly lines: readonly number[] };

/** What a file of market data holds, or why it cannot be read. */
export type FileReport =
  | {
      readonly kind: 'read';
      readonly file: string;
      readonly format: CsvFormat;
      /** Whether its prices were judged as those of a pegged or of a volatile asset. */
      readonly asset: 'pegged' | 'volatile';
      readonly rows: number;
      /** When the first and the last row were known, ISO 8601. */
      readonly from: string;
      readonly to: string;
      /** Expected rows that are not there. */
      readonly missing: number;
      /** Rows of a daily file whose market capitalisation is the 0 that stands for unknown. */
      readonly unknownMarketCaps: number;
      readonly flags: Readonly<Record<FlagName, FlagCount>>;
    }
  | {
      readonly kind: 'refused';
      readonly file: string;
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
    }
  | { readonly kind: 'skipped'; readonly file: string; readonly reason: string };

/** How many lines of each flag a report names. */
const FIRST_LINES = 5;
/** A first price within this share of 1 is that of a pegged asset. */
const PEG_BAND = 0.2;
const FLAG_NAMES = Object.keys(FLAGS) as FlagName[];

/**
 * Reads every market file (`.csv`, `.csv.gz`, `.parquet`) under `folder`, in the order of their names, one at a time; daily
 * files of one folder are checked against each other.
 *
 * @throws UsageError `DATA_FOLDER` for a folder that cannot be listed. A file that cannot be read is reported and
 *   does not stop the rest.
 */
export async function* checkFolder(folder: string, signal?: AbortSignal): AsyncGenerator<FileReport> {
  const files = await marketFiles(folder);
  const formats = new Map<string, CsvFormat | FileReport>();
  for (const file of files) formats.set(file, await attempt(file, () => detectFormat(file)));
  const faults = new Map<string, Promise<Map<number, VendorFault>>>();
  for (const [file, format] of formats) {
    signal?.throwIfAborted();
    if (typeof format !== 'string') {
      yield format;
      continue;
    }
    yield await attempt(file, async () => {
      if (format !== 'daily') return checkFile(file, format, undefined, signal);
      const place = dirname(file);
      const peers = files.filter((other) => formats.get(other) === 'daily' && dirname(other) === place);
      const days = faults.get(place) ?? findReadableVendorDays(peers, signal);
      faults.set(place, days);
      return checkFile(file, format, await days, signal);
    });
  }
}

async function checkFile(
  file: string,
  format: CsvFormat,
  vendorDays: ReadonlyMap<number, VendorFault> | undefined,
  signal: AbortSignal | undefined,
): Promise<FileReport> {
  const { pegJump, step, heartbeat, uses, marketCap } = formatOf(format);
  const asset = uses.includes('peg') && (await startsNearOne(file, format)) ? 'pegged' : 'volatile';
  const flags = Object.fromEntries(
    FLAG_NAMES.map((name) => [name, { rows: 0, lines: [] as number[] }]),
  ) as Record<FlagName, { rows: number; lines: number[] }>;
  let [rows, missing, unknownMarketCaps] = [0, 0, 0];
  let [from, to] = [Number.NaN, Number.NaN];
  const rules = {
    jump: asset === 'pegged' ? pegJump : VOLATILE_JUMP,
    ...(step === undefined ? {} : { step }),
    ...(heartbeat === undefined ? {} : { heartbeat }),
    ...(vendorDays === undefined ? {} : { vendorDays }),
  };
  for await (const flagged of flagBars(readBars(file, format), rules)) {
    signal?.throwIfAborted();
    if (rows++ === 0) from = flagged.bar.second;
    to = flagged.bar.second;
    missing += flagged.missing;
    if (marketCap !== undefined && Number.isNaN(flagged.bar.marketCap)) unknownMarketCaps++;
    for (const name of FLAG_NAMES) {
      if ((flagged.flags & FLAGS[name]) === 0) continue;
      if (flags[name].rows++ < FIRST_LINES) flags[name].lines.push(flagged.bar.line);
    }
  }
  if (rows === 0) return { kind: 'skipped', file, reason: 'a header and no rows' };
  const iso = (second: number) => new Date(second * 1000).toISOString();
  return {
    kind: 'read',
    file,
    format,
    asset,
    rows,
    from: iso(from),
    to: iso(to),
    missing,
    unknownMarketCaps,
    flags,
  };
}

/** The one format whose columns a file has and whose times its first row is written in. */
async function detectFormat(file: string): Promise<CsvFormat | FileReport> {
  const head: (readonly string[])[] = [];
  for await (const { fields } of readRows(file)) {
    head.push(fields);
    if (head.length === 2) break;
  }
  const [header, row] = head;
  if (header === undefined) return { kind: 'skipped', file, reason: 'empty' };
  const fitting = CSV_FORMATS.filter((name) =>
    requiredColumns(formatOf(name)).every((column) => header.includes(column)),
  );
  const exact = fitting.find((name) => {
    const { time } = formatOf(name);
    return row !== undefined && time.parse(row[header.indexOf(time.name)] ?? '') !== undefined;
  });
  return exact ?? fitting[0] ?? { kind: 'skipped', file, reason: 'its header is none of a known format' };
}

async function startsNearOne(file: string, format: CsvFormat): Promise<boolean> {
  for await (const { close } of readBars(file, format)) return Math.abs(close - 1) < PEG_BAND;
  return false;
}

/** A file that cannot be read is reported by itself, and must not hide the days that the others agree on. */
async function findReadableVendorDays(files: readonly string[], signal: AbortSignal | undefined) {
  const readable: string[] = [];
  for (const file of files) {
    try {
      for await (const _ of readBars(file, 'daily')) signal?.throwIfAborted();
      readable.push(file);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  return findVendorDays(readable, signal);
}

async function attempt<T>(file: string, work: () => Promise<T>): Promise<T | FileReport> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    const { code, message, hint } = error;
    return { kind: 'refused', file, code, message, ...(hint === undefined ? {} : { hint }) };
  }
}

async function marketFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && /\.(csv(\.gz)?|parquet)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('DATA_FOLDER', `${folder}: got "${reason}", expected a folder of market files`, {
      metadata: { folder },
      hint: 'check the path',
      cause,
    });
  }
}
