import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { FLAGS } from '../../features/series.ts';
import { loadSeries, type MarketSource, marketSourceSchema } from '../index.ts';
import { readLines } from '../readers/lines.ts';
import { refusal } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-data-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function write(content: string, suffix = '.csv'): string {
  const file = join(folder, `${files++}${suffix}`);
  writeFileSync(file, suffix.endsWith('.gz') ? gzipSync(content) : content);
  return file;
}

const chainlink = (file: string): MarketSource => ({ kind: 'csv', format: 'chainlink', file });
/** Hourly candles that do not move, so that only their closes matter. */
const candles = (...closes: string[]) => {
  const rows = closes.map((p, i) => `${T0 + 3600 * i},${p},${p},${p},${p},10`);
  return `ts_utc,open,high,low,close,volume_base\n${rows.join('\r\n')}`;
};
const T0 = 1_640_995_200; // 2022-01-01T00:00Z
const rounds = (...rows: [minutes: number, price: string][]) =>
  `index,timestamp,price\n${rows.map(([m, p], i) => `${i},${T0 + 60 * m},${p}`).join('\n')}\n`;

describe('price readers', () => {
  it('resample oracle rounds to what was known at each hour', async () => {
    const content = rounds([-10, '100010000'], [30, '100020000'], [59, '99990000'], [180, '100000000']);
    for (const suffix of ['.csv', '.csv.gz']) {
      const { series, carriedHours, flagged } = await loadSeries(chainlink(write(content, suffix)));
      expect(series.startHour).to.equal(T0 / 3600);
      // 00:00, 01:00, 02:00 (nothing new), 03:00 (a round at that very second).
      expect(Array.from(series.deviation, (d) => Math.round(d * 1e6) / 1e6)).to.deep.equal([1, -1, -1, 0]);
      expect(carriedHours).to.equal(1);
      expect(flagged).to.deep.equal([]);
      expect(Array.from(series.timing?.age ?? [], (hours) => Math.round(60 * hours))).to.deep.equal([
        10, 1, 61, 0,
      ]);
      expect([...(series.timing?.count ?? [])]).to.deep.equal([1, 2, 0, 1]);
    }
  });

  it('give bars, which come by the clock, no timing', async () => {
    const file = write(candles('1.001', '1.002', '1.003'));
    const { series } = await loadSeries({ kind: 'csv', format: 'candles-1h', file });
    expect(series.deviation).to.have.length(3);
    expect(series).not.to.have.property('timing');
  });

  it('take a candle’s close at its end, not at its beginning', async () => {
    const file = write(candles('1.0010', '1.0020', '1.0030'));
    const { series } = await loadSeries({ kind: 'csv', format: 'candles-1h', file });
    expect(series.startHour).to.equal(T0 / 3600 + 1);
    expect(Array.from(series.deviation, Math.round)).to.deep.equal([10, 20, 30]);
  });

  it('measure against the target they are given and cut to the period', async () => {
    const file = write(rounds([0, '200000000'], [60 * 30, '202000000'], [60 * 50, '202000000']));
    const source: MarketSource = {
      ...chainlink(file),
      kind: 'csv',
      target: 2,
      from: '2022-01-02',
    } as MarketSource;
    const { series } = await loadSeries(source);
    expect(series.startHour).to.equal(T0 / 3600 + 24);
    expect(Math.round(series.deviation.at(0) ?? Number.NaN)).to.equal(0);
    expect(Math.round(series.deviation.at(-1) ?? Number.NaN)).to.equal(100);
  });

  it('hold single wild prints back, report them, and let a real break through one observation later', async () => {
    const prices = ['1.00', '1.00', '3.99', '1.00', '0.20', '1.00', '1.00', '0.80', '0.79', '0.78'];
    const file = write(candles(...prices));
    const { series, flagged } = await loadSeries({ kind: 'csv', format: 'candles-1h', file });
    expect(Array.from(series.deviation, Math.round)).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0, -2100, -2200]);
    expect(
      flagged.map(({ line, field, price, level, confirmed }) => [line, field, price, level, confirmed]),
    ).to.deep.equal([
      [4, 'close', 3.99, 1, false],
      [6, 'close', 0.2, 1, false],
      [9, 'close', 0.8, 1, true],
    ]);
    const { held, outlier } = FLAGS;
    expect(Array.from(series.flags ?? [])).to.deep.equal([
      0,
      0,
      held | outlier,
      0,
      held | outlier,
      0,
      0,
      held,
      0,
      0,
    ]);
  });

  it('name the line, the column, what was there and what was expected', async () => {
    const cases: [content: string, message: RegExp][] = [
      ['', /:1: column timestamp: got "", expected a header line/],
      ['index,time,price\n', /:1: column timestamp: got "index,time,price", expected a header/],
      [
        `${rounds([0, '100000000'])}1,x1,100000000\n`,
        /:3: column timestamp: got "x1", expected whole seconds/,
      ],
      [
        `${rounds([0, '100000000'])}1,${T0}000,1\n`,
        /:3: column timestamp: got "\d{13}", expected whole seconds/,
      ],
      [
        rounds([5, '100000000'], [4, '100000000']),
        /:3: column timestamp: got "\d+", expected a time in order, after that of line 2/,
      ],
      [
        rounds([5, '100000000'], [5, '100000000']),
        /:3: column timestamp: got "\d+", expected a time of its own, after that of line 2/,
      ],
      [rounds([0, 'NaN']), /:2: column price: got "NaN", expected a decimal number/],
      [rounds([0, '']), /:2: column price: got "", expected a decimal number/],
      [rounds([0, '0']), /:2: column price: got "0", expected a finite price above zero/],
      [rounds([0, '1e999']), /:2: column price: got "1e999", expected a finite price above zero/],
      [`${rounds([0, '1'])}1,2\n`, /:3: column \*: got "1,2", expected 3 comma-separated values/],
    ];
    for (const [content, message] of cases) {
      const file = write(content);
      const error = await refusal(loadSeries(chainlink(file)));
      expect(error.code).to.equal('DATA_MALFORMED');
      expect(error.message).to.match(message);
      expect(error.message.startsWith(`${file}:`)).to.equal(true);
    }
  });

  it('bound the length of a line and of a file', async () => {
    const limits = { maxLineBytes: 100, maxFileBytes: 1000 };
    const drain = async (file: string) => {
      let lines = 0;
      for await (const { number } of readLines(file, limits)) lines = number;
      return lines;
    };
    expect(await drain(write(`${'x'.repeat(100)}\n${'y'.repeat(100)}`))).to.equal(2);
    const long = await refusal(drain(write(`a\n${'x'.repeat(101)}`)));
    expect(long).to.include({ code: 'DATA_LINE_TOO_LONG' });
    expect(long.message).to.match(/:2: got a line of 101 bytes/);
    // Small when packed.
    const bomb = await refusal(drain(write('x\n'.repeat(600), '.csv.gz')));
    expect(bomb.code).to.equal('DATA_FILE_TOO_LARGE');
  });

  it('refuse gaps, emptiness and files that are not what their names say', async () => {
    const gap = await refusal(loadSeries(chainlink(write(rounds([0, '100000000'], [60 * 60, '100000000'])))));
    expect(gap.code).to.equal('DATA_GAP');
    expect(gap.message).to.contain('2022-01-01T00:00:00.000Z');
    expect((await refusal(loadSeries(chainlink(write(rounds([0, '1'])))))).code).to.equal('DATA_EMPTY');
    const plain = join(folder, 'plain.csv.gz');
    writeFileSync(plain, 'not gzip');
    expect((await refusal(loadSeries(chainlink(plain)))).code).to.equal('DATA_MALFORMED');
    expect((await refusal(loadSeries(chainlink(join(folder, 'absent.csv'))))).code).to.equal(
      'DATA_FILE_UNREADABLE',
    );
    const early = { kind: 'generator', seed: 1, venue: 1, to: '2020-01-01' } as const;
    expect((await refusal(loadSeries(early))).code).to.equal('DATA_EMPTY');
  });

  it('describe themselves as JSON that is checked when read back', () => {
    const source = { kind: 'generator', seed: 3, venue: 2, from: '2024-02-01' };
    expect(marketSourceSchema.parse(JSON.parse(JSON.stringify(source)))).to.deep.equal(source);
    for (const wrong of [
      { ...source, seed: -1 },
      { ...source, from: '2024-13-01' },
      { ...source, extra: 1 },
      { kind: 'csv', format: 'excel', file: 'x' },
    ]) {
      expect(marketSourceSchema.safeParse(wrong).success).to.equal(false);
    }
  });
});
