import { UsageError } from '../../protocol/errors.ts';
import { cutMarket, cutSeries } from '../features/blocks.ts';
import { type RecordBlock, recordHoursOf } from '../features/records.ts';
import {
  endHour,
  type HourlyMarket,
  type HourlySeries,
  sliceHours,
  sliceMarket,
} from '../features/series.ts';
import { readBars } from './readers/bars.ts';
import { barsByBlock } from './readers/by-block.ts';
import { flagBars } from './readers/flagging.ts';
import { formatOf } from './readers/formats.ts';
import { type Resampled, resampleHourly } from './readers/resample.ts';
import {
  abortable,
  type CsvSource,
  collectHeld,
  type FlaggedPrint,
  type LoadReport,
  loadMarket,
  loadSeries,
  type MarketSource,
  periodOf,
  rulesOf,
  VOLATILE_JUMP,
} from './source.ts';

/** A source in the disjoint blocks that are its records: no block's hours were made of observations of another. */
export type LoadedBlocks<T> = LoadReport & { readonly blocks: readonly T[] };

/**
 * `loadSeries` block by block: medians and repeated prices begin anew in each, so that one observation of the file is in
 * one block and no other. Hours of a block before its first observation, and after its last, are left out.
 *
 * @throws UsageError as `loadSeries`; a silence between two blocks is no gap.
 */
export async function loadSeriesBlocks(
  source: MarketSource,
  record: RecordBlock,
  signal?: AbortSignal,
): Promise<LoadedBlocks<HourlySeries>> {
  signal?.throwIfAborted();
  const { from, to } = periodOf(source);
  if (source.kind === 'generator') {
    const { series } = await loadSeries(source, signal);
    return { blocks: cutSeries(series, record), carriedHours: 0, flagged: [] };
  }
  const target = source.target ?? 1;
  const loaded = await loadBarBlocks(source, 'peg', formatOf(source.format).pegJump, record, signal);
  const blocks = loaded.blocks.map(({ startHour, close, flags, timing }) => {
    const deviation = close.map((price) => 1e4 * (price / target - 1));
    const series = { startHour, deviation, flags, ...(timing === undefined ? {} : { timing }) };
    return sliceHours(series, from, to);
  });
  return { ...loaded, blocks: requireBlocks(source, blocks) };
}

/** `loadMarket` block by block, as `loadSeriesBlocks`. @throws UsageError as that. */
export async function loadMarketBlocks(
  source: MarketSource,
  record: RecordBlock,
  signal?: AbortSignal,
): Promise<LoadedBlocks<HourlyMarket>> {
  signal?.throwIfAborted();
  const { from, to } = periodOf(source);
  if (source.kind === 'generator') {
    const { market } = await loadMarket(source, signal);
    return { blocks: cutMarket(market, record), carriedHours: 0, flagged: [] };
  }
  const loaded = await loadBarBlocks(source, 'market', VOLATILE_JUMP, record, signal);
  const blocks = loaded.blocks.map((market) => sliceMarket(market, from, to));
  return { ...loaded, blocks: requireBlocks(source, blocks) };
}

async function loadBarBlocks(
  source: CsvSource,
  use: 'peg' | 'market',
  jump: number,
  record: RecordBlock,
  signal: AbortSignal | undefined,
): Promise<LoadedBlocks<Resampled['market']>> {
  const { file } = source;
  const { rules, cadence } = await rulesOf(source, use, jump, signal);
  const flagged: FlaggedPrint[] = [];
  const blocks: Resampled['market'][] = [];
  let carriedHours = 0;
  const bars = abortable(readBars(file, source.format), signal);
  for await (const own of barsByBlock(bars, recordHoursOf(record))) {
    try {
      const read = await resampleHourly(collectHeld(flagBars(each(own), rules), flagged), cadence, file);
      blocks.push(read.market);
      carriedHours += read.carriedHours;
    } catch (error) {
      // A block of a single hour, at the file's edge or between two gaps, has no example either.
      if (!(error instanceof UsageError) || error.code !== 'DATA_EMPTY') throw error;
    }
  }
  return { blocks, carriedHours, flagged };
}

/** Blocks with hours in the source's period. @throws UsageError `DATA_EMPTY` when there is none. */
function requireBlocks<T extends HourlySeries | HourlyMarket>(source: CsvSource, blocks: readonly T[]): T[] {
  const filled = blocks.filter((block) => endHour(block) > block.startHour);
  if (filled.length > 0) return filled;
  throw new UsageError(
    'DATA_EMPTY',
    `${source.file}: got no hours from ${source.from ?? 'the start'} to ${source.to ?? 'the end'}, expected a block of them`,
    { metadata: { name: source.file, from: source.from, to: source.to }, hint: 'correct from and to' },
  );
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
