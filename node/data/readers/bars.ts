import { UsageError } from '../../../protocol/errors.ts';
import { type CsvFormat, type Format, formatOf } from './formats.ts';
import { DEFAULT_LINE_LIMITS, type LineLimits } from './lines.ts';
import { readRows } from './rows.ts';

/** One row of a file: prices in price units, and the moment from which they were known, seconds since the epoch. */
export type Bar = {
  readonly line: number;
  readonly second: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Units of the asset; NaN where the file has none. */
  readonly volume: number;
  /** NaN where the file has none, or the 0 that stands for unknown. */
  readonly marketCap: number;
  readonly supply: number;
};

/** A row being read: where it is and what its columns say. */
type Row = {
  readonly text: (column: string) => string;
  readonly fail: (column: string, expected: string) => UsageError;
};

/**
 * The rows of a comma-separated file with a header, or of a Parquet file of the same columns, in file order, as they
 * are printed.
 *
 * @throws UsageError `DATA_MALFORMED` (`FILE:LINE: column X: got "…", expected …`) for an empty file, a missing
 *   column, a number that is none, a price not above zero, a high or low that its own bar contradicts, or a time
 *   not after the one before; and what `readRows` throws.
 */
export async function* readBars(
  file: string,
  formatName: CsvFormat,
  limits: LineLimits = DEFAULT_LINE_LIMITS,
): AsyncGenerator<Bar> {
  const format = formatOf(formatName);
  let columns: ReadonlyMap<string, number> | undefined;
  let width = 0;
  let previous: Bar | undefined;
  const rows = readRows(file, {
    limits,
    columns: requiredColumns(format),
    spellTime: format.time.spell,
  });
  for await (const { number, fields, text } of rows) {
    if (columns === undefined) {
      columns = readHeader(file, format, fields, text);
      width = fields.length;
      continue;
    }
    if (fields.length !== width) throw malformed(file, number, '*', text, `${width} comma-separated values`);
    const at = columns;
    const textOf = (column: string) => fields[at.get(column) ?? -1] ?? '';
    const bar = readRow(format, number, {
      text: textOf,
      fail: (column, expected) => malformed(file, number, column, textOf(column), expected),
    });
    if (previous !== undefined && bar.second <= previous.second) {
      const { name } = format.time;
      const fault = bar.second === previous.second ? 'a time of its own' : 'a time in order';
      throw malformed(file, number, name, textOf(name), `${fault}, after that of line ${previous.line}`);
    }
    previous = bar;
    yield bar;
  }
  if (columns === undefined) throw malformed(file, 1, format.time.name, '', 'a header line');
}

/** The names of the columns that a format needs, time first. */
export function requiredColumns(format: Format): string[] {
  const { time, open, high, low, close, volume, marketCap, supply } = format;
  const names = [time.name, open, high, low, close, volume, marketCap, supply];
  return [...new Set(names.filter((name) => name !== undefined))];
}

function readHeader(file: string, format: Format, fields: readonly string[], text: string) {
  const columns = new Map<string, number>();
  for (const name of requiredColumns(format)) {
    const at = fields.indexOf(name);
    if (at < 0 || fields.lastIndexOf(name) !== at) {
      throw malformed(file, 1, name, text, `a header with one column "${name}"`);
    }
    columns.set(name, at);
  }
  return columns;
}

function readRow(format: Format, line: number, row: Row): Bar {
  const began = format.time.parse(row.text(format.time.name));
  if (began === undefined) throw row.fail(format.time.name, format.time.expected);
  const price = (column: string): number => {
    const value = decimal(row, column) / format.priceScale;
    if (!(value > 0 && Number.isFinite(value))) throw row.fail(column, 'a finite price above zero');
    return value;
  };
  const quantity = (column: string | undefined): number => {
    if (column === undefined) return Number.NaN;
    const value = decimal(row, column);
    if (!Number.isFinite(value)) throw row.fail(column, 'a finite number from 0');
    return value;
  };
  const unknownIfZero = (value: number) => (value === 0 ? Number.NaN : value);
  const open = price(format.open);
  const close = price(format.close);
  const high = price(format.high);
  const low = price(format.low);
  if (high < Math.max(open, close)) throw row.fail(format.high, 'the highest price of its row');
  if (low > Math.min(open, close)) throw row.fail(format.low, 'the lowest price of its row');
  return {
    line,
    second: began + (format.step ?? 0),
    open,
    high,
    low,
    close,
    volume: quantity(format.volume),
    marketCap: unknownIfZero(quantity(format.marketCap)),
    supply: unknownIfZero(quantity(format.supply)),
  };
}

function decimal(row: Row, column: string): number {
  const text = row.text(column);
  if (!/^\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw row.fail(column, 'a decimal number');
  return Number(text);
}

function malformed(file: string, line: number, column: string, got: string, expected: string): UsageError {
  const shown = got.length > 60 ? `${got.slice(0, 60)}…` : got;
  return new UsageError(
    'DATA_MALFORMED',
    `${file}:${line}: column ${column}: got ${JSON.stringify(shown)}, expected ${expected}`,
    { metadata: { file, line, column, got: shown }, hint: 'correct or remove this line; nothing was loaded' },
  );
}
