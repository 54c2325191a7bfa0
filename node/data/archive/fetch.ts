import { join } from 'node:path';
import type { Bar } from '../readers/bars.ts';
import type { DataSource, TimeRange } from '../sources/data-source.ts';
import { ArchiveFile } from './archive-file.ts';
import { type ArchiveFormat, archiveName } from './layout.ts';
import type { Segment } from './segments.ts';

/** Rows of one segment: what is lost at most when a reading is killed. */
const SEGMENT_ROWS = 1_000;
const MAX_GAPS = 100;

export type FetchOptions = {
  readonly folder: string;
  /** Makes the source, to go on from a last close where there is one. */
  readonly source: (lastClose: number | undefined) => DataSource;
  readonly format: ArchiveFormat;
  readonly range: TimeRange;
  readonly onProgress?: (progress: FetchProgress) => void;
};

export type FetchProgress = { readonly source: string; readonly rows: number; readonly share: number };

export type FetchReport = {
  readonly file: string;
  readonly source: string;
  /** Of this reading. */
  readonly rows: number;
  readonly gaps: number;
  readonly refused: number;
  /** Where it went on from, seconds since the epoch. */
  readonly resumedAt: number | undefined;
};

/**
 * Fetches a source's history into a file of the folder that the readers of `node/data` read, or goes on with one: an
 * earlier reading that was killed, or a complete one that has ended before `range` does.
 *
 * @throws UsageError of {@link ArchiveFile.open}; whatever the source throws. What came before stays, to be gone on with.
 */
export async function fetchHistory(options: FetchOptions, signal: AbortSignal): Promise<FetchReport> {
  const { format, range } = options;
  const { id, unit } = options.source(undefined);
  const file = join(options.folder, `${archiveName(id)}.csv`);
  const archive = await ArchiveFile.open(file, { source: id, unit, format });
  let isComplete = false;
  try {
    const { last } = archive;
    const from = Math.max(range.from, last?.to ?? range.from);
    const totals = { rows: 0, gaps: 0, refused: 0 };
    // A candle ends where the next one begins; a round is a moment, and the next one comes after it.
    const endOf = (bar: Bar) => bar.second + (format === 'chainlink' ? 1 : 0);
    let piece = emptyPiece(from);
    let lastGap = 0;
    const flush = async (to: number) => {
      await archive.add({ ...piece, to });
      totals.rows += piece.bars.length;
      totals.gaps += piece.gapCount;
      totals.refused += piece.refused;
      const share = Math.min(1, (to - range.from) / Math.max(1, range.to - range.from));
      options.onProgress?.({ source: id, rows: totals.rows, share });
      piece = emptyPiece(to);
    };
    const source = options.source(last?.lastClose);
    for await (const seen of source.history({ from, to: range.to }, signal)) {
      if (seen.kind === 'refused') piece.refused++;
      if (seen.kind === 'gap') {
        lastGap = seen.to;
        piece.gapCount++;
        if (piece.gaps.length < MAX_GAPS)
          piece.gaps.push({ from: seen.from, to: seen.to, reason: seen.reason });
      }
      if (seen.kind !== 'bar') continue;
      piece.bars.push(seen.bar);
      if (piece.bars.length >= SEGMENT_ROWS) await flush(endOf(seen.bar));
    }
    const [bar, gap] = [piece.bars.at(-1), lastGap];
    const end = Math.max(piece.from, bar === undefined ? 0 : endOf(bar), gap);
    if (piece.bars.length > 0 || piece.gapCount > 0 || piece.refused > 0) await flush(end);
    isComplete = archive.last !== undefined;
    return { file, source: id, ...totals, resumedAt: last === undefined ? undefined : from };
  } finally {
    if (isComplete) await archive.complete();
    else await archive.close();
  }
}

type OpenPiece = { from: number; bars: Bar[]; gaps: Segment['gaps']; gapCount: number; refused: number };

const emptyPiece = (from: number): OpenPiece => ({ from, bars: [], gaps: [], gapCount: 0, refused: 0 });
