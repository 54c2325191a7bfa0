import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet';
import { UsageError } from '../../../protocol/errors.ts';
import { decompressors } from './parquet-codecs.ts';
import { damaged, tooLarge } from './parquet-errors.ts';

/** Bytes of one row group of the columns that are read, uncompressed: what is in memory at a time. */
const MAX_GROUP_BYTES = 256 * 2 ** 20;
const MAX_GROUP_ROWS = 4_000_000;
const MAX_FOOTER_BYTES = 16 * 2 ** 20;

/** A value as text, or a moment as milliseconds since the epoch. */
export type Cell = string | number;

/**
 * The names of a flat Parquet file's columns, then the rows of each row group: numbers as JavaScript spells them, dates
 * as 2022-05-11, null as nothing.
 *
 * @param columns to read; all of them unless given.
 * @throws UsageError `DATA_PARQUET` for what is no whole, flat Parquet file, or a moment without a time zone;
 *   `DATA_FILE_TOO_LARGE` for a file beyond `maxFileBytes`, a row group beyond 256 MiB or 4 million rows, or a footer
 *   beyond 16 MiB, as its own metadata say.
 */
export async function* parquetCells(
  file: string,
  columns: readonly string[] | undefined,
  maxFileBytes: number,
): AsyncGenerator<readonly Cell[][], void> {
  const guarded = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (cause) {
      throw cause instanceof UsageError ? cause : damaged(file, cause);
    }
  };
  const buffer = await guarded(() => asyncBufferFromFile(file));
  await guarded(() => requireFooter(file, buffer));
  const metadata = await guarded(() => parquetMetadataAsync(buffer, { geoparquet: false }));
  const elements = flatColumns(file, metadata.schema).filter(
    ({ name }) => columns === undefined || columns.includes(name),
  );
  const names = elements.map(({ name }) => name);
  yield [names];
  requireSize(file, metadata, names, maxFileBytes);

  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const table = new Map<string, ArrayLike<unknown>>();
    await guarded(() =>
      parquetRead({
        file: buffer,
        metadata,
        columns: names,
        rowStart,
        rowEnd,
        compressors: decompressors(MAX_GROUP_BYTES),
        parsers: { dateFromDays: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10) },
        onChunk: ({ columnName, columnData }) => {
          if (table.has(columnName)) throw new Error(`two pieces of column ${columnName} in one row group`);
          table.set(columnName, columnData);
        },
      }),
    );
    const rows = rowEnd - rowStart;
    const values = elements.map((element) => ({
      element,
      column: requireColumn(file, element, table, rows),
    }));
    yield Array.from({ length: rows }, (_, row) =>
      values.map(({ element, column }) => cellOf(file, element, column[row])),
    );
    rowStart = rowEnd;
  }
}

type Buffered = {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
};

/** A footer's length is its own claim: it is looked at before that much is read. */
async function requireFooter(file: string, buffer: Buffered): Promise<void> {
  if (buffer.byteLength < 12) throw damaged(file, `${buffer.byteLength} bytes`);
  const tail = new DataView(await buffer.slice(buffer.byteLength - 8, buffer.byteLength));
  const length = tail.getUint32(0, true);
  if (length > MAX_FOOTER_BYTES) throw tooLarge(file, `a footer of ${length} bytes`, MAX_FOOTER_BYTES);
}

function flatColumns(file: string, [root, ...elements]: readonly SchemaElement[]): SchemaElement[] {
  const nested = elements.find(
    ({ num_children, repetition_type }) => (num_children ?? 0) > 0 || repetition_type === 'REPEATED',
  );
  if (nested !== undefined) throw damaged(file, `a nested column ${nested.name}`);
  if (root?.num_children !== elements.length) throw damaged(file, 'a schema that contradicts itself');
  return elements;
}

function requireSize(
  file: string,
  { row_groups }: FileMetaData,
  names: readonly string[],
  most: number,
): void {
  let total = 0;
  for (const group of row_groups) {
    const rows = Number(group.num_rows);
    if (!(rows >= 0 && rows <= MAX_GROUP_ROWS))
      throw tooLarge(file, `a row group of ${rows} rows`, MAX_GROUP_ROWS);
    const bytes = bytesOf(group, names);
    if (!(bytes >= 0 && bytes <= MAX_GROUP_BYTES)) {
      throw tooLarge(file, `a row group of ${bytes} bytes`, MAX_GROUP_BYTES);
    }
    total += bytes;
  }
  if (total > most) throw tooLarge(file, `${total} bytes`, most);
}

function bytesOf({ columns }: RowGroup, names: readonly string[]): number {
  return columns
    .filter(({ meta_data }) => names.includes(meta_data?.path_in_schema[0] ?? ''))
    .reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? Number.NaN), 0);
}

function requireColumn(
  file: string,
  { name }: SchemaElement,
  table: ReadonlyMap<string, ArrayLike<unknown>>,
  rows: number,
): ArrayLike<unknown> {
  const column = table.get(name) ?? [];
  if (column.length === rows) return column;
  throw damaged(file, `${column.length} values of column ${name} for ${rows} rows`);
}

function cellOf(file: string, { name, logical_type: logical }: SchemaElement, value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) {
    if (logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC) {
      throw damaged(file, `moments without a time zone in column ${name}`);
    }
    if (Number.isNaN(value.getTime())) throw damaged(file, `a moment beyond the calendar in column ${name}`);
    return value.getTime();
  }
  if (typeof value === 'object') throw damaged(file, `bytes in column ${name}`);
  return String(value);
}
