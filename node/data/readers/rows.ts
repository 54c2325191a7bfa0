import { DEFAULT_LINE_LIMITS, type LineLimits, readLines } from './lines.ts';
import { isParquet, type ParquetOptions, readParquetRows } from './parquet.ts';
import type { TableRow } from './table-row.ts';

/** How a table is read; all but the limits is for Parquet alone. */
export type RowOptions = Omit<ParquetOptions, 'maxFileBytes'> & { readonly limits?: LineLimits };

/**
 * The rows of a comma-separated file (plain or gzip) or of a Parquet file, known by its first bytes and not by its
 * name. The first row is the header; an empty text file has none.
 *
 * @throws UsageError as `readLines` or `readParquetRows`.
 */
export async function* readRows(file: string, options: RowOptions = {}): AsyncGenerator<TableRow> {
  const { limits = DEFAULT_LINE_LIMITS, ...parquet } = options;
  if (await isParquet(file)) {
    yield* readParquetRows(file, { ...parquet, maxFileBytes: limits.maxFileBytes });
    return;
  }
  for await (const { number, text } of readLines(file, limits))
    yield { number, fields: text.split(','), text };
}
