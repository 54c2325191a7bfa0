import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { FLAGS } from '../../features/series.ts';
import { loadMarket, loadSeries, type MarketSource } from '../index.ts';
import { dataFolder, refusal } from './support.ts';

const { write, path } = dataFolder();
const T0 = 1_640_995_200; // 2022-01-01T00:00Z
const HOUR0 = T0 / 3600;
type Csv = Extract<MarketSource, { kind: 'csv' }>;
const csv = (format: Csv['format'], file: string): Csv => ({ kind: 'csv', format, file });

const KLINE =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore';
const minute = (m: number, open: number, high: number, low: number, close: number, volume = 2) =>
  `${1000 * (T0 + 60 * m)},${open},${high},${low},${close},${volume},${1000 * (T0 + 60 * m + 60) - 1},1,1,1,1,0`;
const flat = (m: number, price: number) => minute(m, price, price, price, price);
const DAILY = 'date,open,high,low,close,volume,market_cap,circulating_supply';

describe('market formats', () => {
  it('resample minutes to hours: last close, extremes, summed volume, and what is missing', async () => {
    const rows = [
      // The first hour lacks its first minute, the third its last two, the fourth everything.
      ...Array.from({ length: 59 }, (_, m) => flat(m + 1, 100)),
      minute(60, 100, 130, 95, 120),
      ...Array.from({ length: 59 }, (_, m) => flat(61 + m, 110)),
      ...Array.from({ length: 58 }, (_, m) => flat(120 + m, 111)),
      ...Array.from({ length: 60 }, (_, m) => flat(240 + m, 112)),
      ...Array.from({ length: 10 }, (_, m) => flat(300 + m, 113)),
    ];
    const file = write(`${KLINE}\n${rows.join('\n')}\n`);
    const { market, carriedHours } = await loadMarket(csv('candles-1m', file));
    expect(market.startHour).to.equal(HOUR0 + 1);
    expect(Array.from(market.close)).to.deep.equal([100, 110, 111, 111, 112]);
    expect(Array.from(market.high)).to.deep.equal([100, 130, 111, 111, 112]);
    expect(Array.from(market.low)).to.deep.equal([100, 95, 111, 111, 112]);
    expect(Array.from(market.volume ?? [])).to.deep.equal([118, 120, 116, 0, 120]);
    expect(Array.from(market.flags)).to.deep.equal([FLAGS.gap, 0, FLAGS.gap, FLAGS.gap, 0]);
    expect(carriedHours).to.equal(1);
  });

  it('read the offset of a perpetual’s times, and refuse it as a peg', async () => {
    const head = 'open_time,open,high,low,close,volume,close_time,returns\n';
    const rows = [
      '2022-01-01 02:00:00+02:00,10,12,9,11,5,x,0',
      '2022-01-01 04:00:00+03:00,11,12,9,10,6,x,0',
      '2022-01-01T02:00:00Z,10,10,10,10,7,x,0',
    ];
    const file = write(`${head}${rows.join('\n')}`);
    const { market } = await loadMarket(csv('perp-1h', file));
    expect(market.startHour).to.equal(HOUR0 + 1);
    expect(Array.from(market.close)).to.deep.equal([11, 10, 10]);
    expect(Array.from(market.volume ?? [])).to.deep.equal([5, 6, 7]);
    expect(Array.from(market.flags)).to.deep.equal([0, 0, 0]);
    const wrongUse = await refusal(loadSeries(csv('perp-1h', file)));
    expect(wrongUse.code).to.equal('DATA_FORMAT_USE');
    expect((await refusal(loadMarket(csv('daily', file)))).code).to.equal('DATA_FORMAT_USE');
    const local = write(`${head}2022-01-01 02:00:00,10,12,9,11,5,x,0\n`);
    expect((await refusal(loadMarket(csv('perp-1h', local)))).message).to.match(
      /:2: column open_time: got "2022-01-01 02:00:00", expected a time as .* offset/,
    );
  });

  it('know a day when it has ended, and flag the hours of a missing one', async () => {
    const rows = ['2022-01-01,1,1.01,1,1.001,5,0.0,0.0', '2022-01-03,1,1.01,1,1.002,5,9.5,9'];
    const { series, carriedHours } = await loadSeries(csv('daily', write(`${DAILY}\n${rows.join('\n')}\n`)));
    expect(series.startHour).to.equal(HOUR0 + 24);
    expect(series.deviation).to.have.length(49);
    expect(Math.round(series.deviation[47] ?? Number.NaN)).to.equal(10);
    expect(Math.round(series.deviation[48] ?? Number.NaN)).to.equal(20);
    // 2 January, known at its end, is missing; until then nothing was due.
    expect(series.flags?.indexOf(FLAGS.gap)).to.equal(24);
    expect(series.flags?.lastIndexOf(FLAGS.gap)).to.equal(47);
    expect(carriedHours).to.equal(47);
    for (const wrong of ['2022-02-30', '2022-1-1', '20220101']) {
      const error = await refusal(loadSeries(csv('daily', write(`${DAILY}\n${wrong},1,1,1,1,5,0,0\n`))));
      expect(error.message).to.contain(`:2: column date: got "${wrong}", expected a date`);
    }
  });

  it('flag a feed whose heartbeat has passed', async () => {
    const at = (hours: number) => `${T0 + 3600 * hours},100000000`;
    const file = write(`timestamp,price\n${[0, 24, 52, 53].map(at).join('\n')}\n`);
    const { series } = await loadSeries(csv('chainlink', file));
    const stale = Array.from(series.flags ?? []).flatMap((flags, i) => (flags & FLAGS.stale ? [i] : []));
    // Due at 48; the round that came at last says of its hour that it was late.
    expect(stale).to.deep.equal([49, 50, 51, 52]);
  });

  it('name what contradicts itself: extremes, volumes, duplicate columns', async () => {
    const cases: [row: string, message: RegExp][] = [
      [minute(0, 2, 1.9, 1, 1), /:2: column high: got "1.9", expected the highest price of its row/],
      [minute(0, 2, 3, 1.5, 1), /:2: column low: got "1.5", expected the lowest price of its row/],
      [minute(0, 2, 3, 1, 1, -5), /:2: column volume: got "-5", expected a decimal number/],
      [flat(0, 1).replace('000,', ','), /:2: column open_time: got "\d{10}", expected whole milliseconds/],
      [`${flat(0, 1)}\n${flat(0, 1)}`, /:3: column open_time: got "\d+", expected a time of its own/],
      [
        `${flat(1, 1)}\n${flat(0, 1)}`,
        /:3: column open_time: got "\d+", expected a time in order, after .* line 2/,
      ],
    ];
    for (const [row, message] of cases) {
      const error = await refusal(loadMarket(csv('candles-1m', write(`${KLINE}\n${row}\n`))));
      expect(error.message).to.match(message);
    }
    const twice = await refusal(loadMarket(csv('candles-1m', write(`${KLINE},close\n`))));
    expect(twice.message).to.contain('expected a header with one column "close"');
  });

  it('tell gzip by its content, and a member without its end by name', async () => {
    const content = `\uFEFFtimestamp,price\r\n${Array.from({ length: 3000 }, (_, i) => `${T0 + 600 * i},10000${i}0000`).join('\r\n')}`;
    const whole = gzipSync(content);
    const misnamed = path('misnamed.csv');
    writeFileSync(misnamed, whole);
    const packed = (await loadSeries(csv('chainlink', misnamed))).series;
    expect(packed).to.deep.equal((await loadSeries(csv('chainlink', write(content)))).series);
    const cut = path('cut.csv.gz');
    writeFileSync(cut, whole.subarray(0, whole.length - 2000));
    const error = await refusal(loadSeries(csv('chainlink', cut)));
    expect(error.code).to.equal('DATA_TRUNCATED');
    expect(error.message).to.match(/cut\.csv\.gz:\d+: got the end of the file inside a gzip member/);
    expect((await refusal(loadSeries(csv('chainlink', write(''))))).message).to.contain(
      'expected a header line',
    );
  });
});
