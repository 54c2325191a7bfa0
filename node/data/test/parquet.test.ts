import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect } from 'chai';
import type { SchemaElement } from 'hyparquet';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { UsageError } from '../../../protocol/errors.ts';
import { checkFolder, createPrng, type FileReport, loadMarket, loadSeries } from '../index.ts';
import { type Bar, readBars } from '../readers/bars.ts';
import type { CsvFormat } from '../readers/formats.ts';
import { decompressors } from '../readers/parquet-codecs.ts';
import { readRows } from '../readers/rows.ts';
import { dataFolder, refusal } from './support.ts';

const { folder, path, write } = dataFolder();
const START = 1_640_995_200; // 2022-01-01T00:00Z
const ROWS = 300;
const DAMAGED = 30;

const hours = Array.from({ length: ROWS }, (_, i) => START + 3600 * i);
const closes = hours.map((_, i) => 1 + Math.round(40 * Math.sin(i / 9)) / 10_000);
const prices = ['open', 'high', 'low', 'close'].map(
  (name): ColumnSource => ({ name, data: closes, type: 'DOUBLE' }),
);
const volume: ColumnSource = { name: 'volume_base', data: hours.map((_, i) => 10.5 + i), type: 'DOUBLE' };
const candles: ColumnSource[] = [
  { name: 'ts_utc', data: hours.map(BigInt), type: 'INT64' },
  ...prices,
  volume,
  { name: 'source', data: hours.map(() => 'an exchange'), type: 'STRING' },
];
const csv = `ts_utc,open,high,low,close,volume_base\n${hours
  .map((second, i) => `${second},${Array(4).fill(closes[i]).join(',')},${10.5 + i}`)
  .join('\n')}\n`;

let files = 0;
function parquet(columnData: ColumnSource[], options: object = {}): string {
  const file = path(`${files++}.parquet`);
  writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 70, ...options })));
  return file;
}

async function barsOf(file: string, format: CsvFormat = 'candles-1h'): Promise<Omit<Bar, 'line'>[]> {
  const bars: Omit<Bar, 'line'>[] = [];
  for await (const { line: _, ...bar } of readBars(file, format)) bars.push(bar);
  return bars;
}

describe('Parquet files', () => {
  it('say what the comma-separated file of the same rows says', async () => {
    const file = parquet(candles);
    expect(await barsOf(file)).to.deep.equal(await barsOf(write(csv)));
    const source = { kind: 'csv', format: 'candles-1h' } as const;
    expect(await loadSeries({ ...source, file })).to.deep.equal(
      await loadSeries({ ...source, file: write(csv) }),
    );
    expect((await loadMarket({ ...source, file })).market.close).to.have.length(ROWS);
  });

  it('are read in each codec', async () => {
    const compressors = { GZIP: gzipSync, BROTLI: brotliCompressSync, ZSTD: zstdCompressSync };
    const plain = await barsOf(parquet(candles, { codec: 'UNCOMPRESSED' }));
    for (const codec of ['SNAPPY', 'GZIP', 'BROTLI', 'ZSTD'] as const) {
      expect(await barsOf(parquet(candles, { codec, compressors })), codec).to.deep.equal(plain);
    }
    const unknown = parquet(candles, { codec: 'LZ4_RAW', compressors: { LZ4_RAW: gzipSync } });
    expect((await refusal(barsOf(unknown))).message).to.contain('LZ4_RAW');
  });

  it('may spell times as moments and dates', async () => {
    const moments = hours.map((second) => new Date(1000 * second));
    const typed = parquet([{ name: 'ts_utc', data: moments, type: 'TIMESTAMP' }, ...prices, volume]);
    expect(await barsOf(typed)).to.deep.equal(await barsOf(write(csv)));

    const perpetual = parquet([
      { name: 'open_time', data: moments, type: 'TIMESTAMP' },
      ...prices,
      { ...volume, name: 'volume' },
    ]);
    expect((await barsOf(perpetual, 'perp-1h'))[0]?.second).to.equal(START + 3600);

    const local: SchemaElement = {
      name: 'ts_utc',
      type: 'INT64',
      repetition_type: 'REQUIRED',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MILLIS' },
    };
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 6 },
      local,
      ...[...prices, volume].map(
        ({ name }): SchemaElement => ({ name, type: 'DOUBLE', repetition_type: 'REQUIRED' }),
      ),
    ];
    const zoneless = parquet([{ name: 'ts_utc', data: moments }, ...prices.map(untyped), untyped(volume)], {
      schema,
    });
    expect((await refusal(barsOf(zoneless))).message).to.contain('without a time zone in column ts_utc');
  });

  it('are named by row in what is refused', async () => {
    const spoilt = closes.map((close, i) => (i === 100 ? -1 : close));
    const columns = candles.map((column) => (column.name === 'low' ? { ...column, data: spoilt } : column));
    const error = await refusal(barsOf(parquet(columns)));
    expect(error.code).to.equal('DATA_MALFORMED');
    expect(error.message).to.match(/parquet:101: column low: got "-1"/);
    const absent = await refusal(barsOf(parquet(candles.filter(({ name }) => name !== 'high'))));
    expect(absent.message).to.contain('a header with one column "high"');
    const empty = candles.map((column) =>
      column.name === 'close' ? { ...column, data: blanks, nullable: true } : column,
    );
    expect((await refusal(barsOf(parquet(empty)))).message).to.contain('column close: got ""');
  });

  it('are recognised in a folder by their columns', async () => {
    const alone = join(folder, 'alone');
    mkdirSync(alone);
    copyFileSync(parquet(candles), join(alone, 'hours.parquet'));
    const reports: FileReport[] = [];
    for await (const report of checkFolder(alone)) reports.push(report);
    expect(reports).to.have.length(1);
    expect(reports[0]).to.include({ kind: 'read', format: 'candles-1h', rows: ROWS });
  });

  it('beyond the limits are refused before they are read', async () => {
    const file = parquet(candles);
    const read = async (limits: Parameters<typeof readBars>[2]) => {
      for await (const _ of readBars(file, 'candles-1h', limits)) return;
    };
    expect((await refusal(read({ maxLineBytes: 100, maxFileBytes: 1_000 }))).code).to.equal(
      'DATA_FILE_TOO_LARGE',
    );
    const { GZIP, SNAPPY } = decompressors(1_000);
    expect(() => SNAPPY?.(new Uint8Array(4), 1_001)).to.throw(RangeError);
    expect(() => GZIP?.(gzipSync(new Uint8Array(5_000)), 900)).to.throw(RangeError);
    const nested = parquet([{ name: 'ts_utc', data: [[1]] }], { schema: LISTS });
    expect((await refusal(barsOf(nested))).message).to.contain('a nested column ts_utc');
  });

  it('that take longer than they may are given up', async () => {
    const read = async () => {
      for await (const _ of readRows(parquet(candles), { patienceMs: 0 }));
    };
    expect((await refusal(read())).message).to.contain('takes longer than 0 s');
  });

  it('that are damaged are refused as a whole, whichever byte is wrong', async () => {
    const sound = new Uint8Array(parquetWriteBuffer({ columnData: candles, rowGroupSize: 70 }));
    const { uniform } = createPrng(11);
    const file = path('damaged.parquet');
    let refused = 0;
    for (let n = 0; n < DAMAGED; n++) {
      const bytes = Uint8Array.from(sound);
      // Half of them in the footer, which is what the reader believes.
      const from = n % 2 === 0 ? 4 : bytes.length - 700;
      for (let k = 0; k < 1 + (n % 3); k++) {
        bytes[from + Math.floor(uniform() * (bytes.length - from))] = Math.floor(uniform() * 256);
      }
      writeFileSync(file, bytes);
      if (n % 10 === 0) truncateSync(file, 4 + Math.floor(uniform() * (bytes.length - 4)));
      try {
        for await (const _ of readRows(file, { patienceMs: 2_000 }));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        refused++;
      }
    }
    expect(refused).to.be.within(DAMAGED / 4, DAMAGED);
  });
});

const LISTS: SchemaElement[] = [
  { name: 'root', num_children: 1 },
  { name: 'ts_utc', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'INT32', repetition_type: 'OPTIONAL' },
];
const blanks = closes.map((close, i) => (i === 3 ? null : close));
const untyped = ({ name, data }: ColumnSource): ColumnSource => ({ name, data });
