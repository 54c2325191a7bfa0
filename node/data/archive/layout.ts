import { UsageError } from '../../../protocol/errors.ts';
import type { Bar } from '../readers/bars.ts';
import type { CsvFormat } from '../readers/formats.ts';

/** A layout of `formats.ts` that bars of a source can be written in. */
export type ArchiveFormat = Extract<CsvFormat, 'candles-1h' | 'candles-1m' | 'chainlink'>;

type Layout = { readonly header: string; readonly row: (bar: Bar) => string };

const prices = ({ open, high, low, close, volume }: Bar) => [open, high, low, close, volume].join(',');

/** What the reader of the same name reads back to the same bars. */
export const ARCHIVE_LAYOUTS: Readonly<Record<ArchiveFormat, Layout>> = {
  'candles-1h': {
    header: 'ts_utc,open,high,low,close,volume_base',
    row: (bar) => `${bar.second - 3600},${prices(bar)}`,
  },
  'candles-1m': {
    header: 'open_time,open,high,low,close,volume',
    row: (bar) => `${(bar.second - 60) * 1000},${prices(bar)}`,
  },
  chainlink: {
    header: 'timestamp,price',
    row: (bar) => `${bar.second},${Math.round(bar.close * 1e8)}`,
  },
};

/** A file's name for a source's id, such as `binance_BTCUSDT_1h`. @throws UsageError `ARCHIVE_NAME`. */
export function archiveName(source: string): string {
  const name = source.replaceAll(/[^A-Za-z0-9.-]/g, '_');
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(name)) return name;
  throw new UsageError(
    'ARCHIVE_NAME',
    `source: got an id of ${source.length} characters, expected a name for a file`,
  );
}
