import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { FLAGS, type FlagName } from '../../features/series.ts';
import {
  checkFolder,
  type FileReport,
  hourOfDate,
  loadMarket,
  loadSeries,
  type MarketSource,
} from '../index.ts';
import type { Bar } from '../readers/bars.ts';
import { flagBars } from '../readers/flagging.ts';
import { dataFolder, RECORDED } from './support.ts';

const { folder, write } = dataFolder();
const bar = (i: number, close: number, high = close, low = close): Bar => ({
  line: i + 2,
  second: 3600 * (i + 1),
  open: close,
  high: Math.max(high, close),
  low: Math.min(low, close),
  close,
  volume: Number.NaN,
  marketCap: Number.NaN,
  supply: Number.NaN,
});

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** Names of the flags of each bar, `held` left out where `outlier` implies it. */
async function flagsOf(bars: readonly Bar[], rules: Partial<Parameters<typeof flagBars>[1]> = {}) {
  const names: string[] = [];
  let at = 0;
  for await (const flagged of flagBars(each(bars), { jump: 0.05, step: 3600, ...rules })) {
    expect(flagged.bar).to.equal(bars[at++]);
    const set = (Object.keys(FLAGS) as FlagName[]).filter((name) => flagged.flags & FLAGS[name]);
    names.push(set.filter((name) => name !== 'held' || !set.includes('outlier')).join('+'));
  }
  expect(names).to.have.length(bars.length);
  return names;
}

describe('flags', () => {
  it('say single prints are outliers, and believe what is repeated', async () => {
    const closes = (...values: number[]) => flagsOf(values.map((value, i) => bar(i, value)));
    expect(await closes(1, 1, 1.2, 1, 1, 1)).to.deep.equal(['', '', 'outlier', '', '', '']);
    // The second of a pair is believed, and the way back must be confirmed as well.
    expect(await closes(1, 1, 1.2, 1.2, 1, 1, 1)).to.deep.equal(['', '', 'outlier', '', 'held', '', '']);
    expect(await closes(1, 1, 0.8, 0.8, 0.8, 0.8)).to.deep.equal(['', '', 'held', '', '', '']);
    // Nothing after it to tell by.
    expect(await closes(1, 1, 1, 0.8)).to.deep.equal(['', '', '', 'held']);
    // A slow depeg is never doubted.
    expect(await closes(...Array.from({ length: 20 }, (_, i) => 1 - 0.02 * i))).to.deep.equal(
      Array(20).fill(''),
    );
  });

  it('judge highs and lows by their own bar and by their neighbours', async () => {
    const spike = [0, 1, 2, 3, 4, 5, 6].map((i) => bar(i, 1, i === 3 ? 3.99 : 1, i === 4 ? 0.2 : 1));
    expect(await flagsOf(spike)).to.deep.equal(['', '', '', 'outlier', 'outlier', '', '']);
    // A day of wide bars is a market.
    const wide = Array.from({ length: 8 }, (_, i) => bar(i, 1, 1, i < 2 ? 1 : 0.8));
    expect(await flagsOf(wide)).to.deep.equal(['', '', 'held', '', '', '', '', '']);
  });

  it('count what is missing where there is a rhythm, and silence where there is none', async () => {
    const bars = [0, 1, 4, 5, 8].map((i) => bar(i, 1));
    expect(await flagsOf(bars)).to.deep.equal(['', '', 'gap', '', 'gap']);
    const missing: number[] = [];
    for await (const flagged of flagBars(each(bars), { jump: 0.05, step: 3600 }))
      missing.push(flagged.missing);
    expect(missing).to.deep.equal([0, 0, 2, 0, 2]);
    const feed = [0, 24, 48.1, 72.3].map((hour) => bar(hour, 1));
    const silent: number[] = [];
    for await (const { flags } of flagBars(each(feed), { jump: 0.05, heartbeat: 86_400 })) silent.push(flags);
    expect(silent).to.deep.equal([0, 0, 0, FLAGS.stale]);
  });

  it('blame the vendor only when several files agree and no close does', async () => {
    const head = 'date,open,high,low,close,market_cap,circulating_supply\n';
    const days = (wrong: number, high: number, close = 1) => {
      const rows = Array.from({ length: 12 }, (_, d) => {
        const [h, c] = d === wrong ? [high, close] : [1, 1];
        return `2022-01-${String(d + 1).padStart(2, '0')},1,${h},1,${c},0,0`;
      });
      return `${head}${rows.join('\n')}\n`;
    };
    const reading = async (first: string, ...others: string[]) => {
      const [file, ...peers] = [first, ...others].map((content) => write(content));
      const source: MarketSource = { kind: 'csv', format: 'daily', file: file ?? '', peers };
      const { series, flagged } = await loadSeries(source);
      const union = Array.from(series.flags ?? []).reduce((set, flags) => set | flags, 0);
      return { union, flagged };
    };
    const wrong = days(6, 3);
    const blamed = await reading(wrong, days(6, 2.2), days(6, 1.3));
    expect(blamed.union).to.equal(FLAGS.held | FLAGS.outlier | FLAGS.vendor);
    expect(blamed.flagged.map(({ line, field, price }) => [line, field, price])).to.deep.equal([
      [8, 'high', 3],
    ]);
    // Alone, with one other, on another day, or with a minority: an outlier of its own.
    const own = FLAGS.held | FLAGS.outlier;
    const calm = days(-1, 1);
    expect((await reading(wrong)).union).to.equal(own);
    expect((await reading(wrong, wrong)).union).to.equal(own);
    expect((await reading(wrong, days(4, 3), days(8, 3))).union).to.equal(own);
    expect((await reading(wrong, wrong, wrong, calm, calm, calm, calm)).union).to.equal(own);
    // Confirmed by its close: not the vendor, whatever the others say.
    expect((await reading(days(6, 1.5, 1.45), wrong, wrong)).union & FLAGS.vendor).to.equal(0);
  });
});

describe('flags of the recorded markets', () => {
  const reports = new Map<string, Extract<FileReport, { kind: 'read' }>>();

  before(async function () {
    this.timeout(30_000);
    if (!existsSync(RECORDED)) {
      console.log(`      skipped: no recorded markets at ${RECORDED}`);
      this.skip();
    }
    for await (const report of checkFolder(RECORDED)) {
      expect(report.kind, report.file).to.equal('read');
      if (report.kind === 'read') reports.set(report.file.slice(RECORDED.length + 1), report);
    }
  });

  const of = (file: string) => {
    const report = reports.get(file);
    if (report === undefined) throw new Error(`no report of ${file}`);
    return report;
  };
  const counts = (file: string) =>
    (Object.keys(FLAGS) as FlagName[]).map((name) => of(file).flags[name].rows);

  it('are on the two prints of Binance', async () => {
    expect(of('candles-1m/terra_luna_2022_USDCUSDT_1m.csv.gz').flags.outlier.lines).to.include(15631);
    expect(of('candles-1h/spot_USDCUSDT_2020-06_2021-12.csv.gz').flags.outlier.lines).to.include(11729);
    const terra = {
      kind: 'csv',
      format: 'candles-1m',
      file: join(RECORDED, 'candles-1m/terra_luna_2022_USDCUSDT_1m.csv.gz'),
    } as const;
    const { series, flagged } = await loadSeries(terra);
    expect(flagged.map(({ price }) => price)).to.include(3.99);
    // The hour of 20:29 is flagged, and the price that a model sees is that of the market.
    const at = hourOfDate('2022-05-11') + 21 - series.startHour;
    expect((series.flags?.[at] ?? 0) & FLAGS.outlier).to.equal(FLAGS.outlier);
    expect(series.deviation[at]).to.be.within(-50, 500);
    expect(series.flags?.reduce((sum, flags) => sum + Number(flags !== 0), 0)).to.equal(2);
  });

  it('are on the vendor’s two wrong days in every file that has them, and on no other day', () => {
    for (const coin of ['dai', 'frax', 'lusd', 'mim', 'susd']) {
      expect(of(`daily/${coin}_daily.csv.gz`).flags.vendor.rows, coin).to.equal(2);
    }
    expect(of('daily/dai_daily.csv.gz').flags.vendor.lines).to.deep.equal([687, 688]);
    expect(of('daily/usdd_daily.csv.gz').flags.vendor.rows).to.equal(0);
  });

  it('are on no true depeg', () => {
    // Terra's week in USDC/USDT: four prints of 44,640 and no close; BUSD, FTX, MIM's and USDD's breaks: none.
    expect(counts('candles-1m/terra_luna_2022_USDCUSDT_1m.csv.gz')).to.deep.equal([0, 0, 4, 4, 0]);
    expect(counts('candles-1m/busd_2023_BUSDUSDT_1m.csv.gz')).to.deep.equal([0, 0, 0, 0, 0]);
    expect(counts('candles-1m/ftx_2022_BUSDUSDT_1m.csv.gz')).to.deep.equal([0, 0, 0, 0, 0]);
    expect(counts('chainlink-rounds/arbitrum_mim_usd.csv.gz')).to.deep.equal([0, 0, 0, 0, 0]);
    expect(counts('daily/usdd_daily.csv.gz')).to.deep.equal([0, 0, 0, 0, 0]);
    // March 2023: nothing of DAI or FRAX is flagged after 2021.
    expect(of('daily/dai_daily.csv.gz').flags.outlier).to.deep.equal({ rows: 3, lines: [263, 687, 688] });
    expect(of('daily/frax_daily.csv.gz').flags.outlier).to.deep.equal({ rows: 4, lines: [60, 89, 326, 327] });
  });

  it('are on the hours that the exchange did not trade', async () => {
    const file = join(RECORDED, 'candles-1h/spot_BTCUSDT_2020-06_2021-12.csv.gz');
    const { market, carriedHours } = await loadMarket({ kind: 'csv', format: 'candles-1h', file });
    expect(of('candles-1h/spot_BTCUSDT_2020-06_2021-12.csv.gz').missing).to.equal(18);
    expect(carriedHours).to.equal(18);
    expect(market.flags.filter((flags) => flags & FLAGS.gap)).to.have.length(18);
  });
});

describe('checking a folder', () => {
  it('reports good files, refused ones and ones it does not know, each by itself', async () => {
    const fresh = join(folder, 'mixed');
    mkdirSync(join(fresh, 'sub'), { recursive: true });
    const candles = 'ts_utc,open,high,low,close,volume_base\n';
    const row = (hour: number) => `${3600 * hour},9,9,9,9,1\n`;
    writeFileSync(join(fresh, 'a.csv'), `${candles}${row(1)}${row(1)}`);
    writeFileSync(join(fresh, 'b.csv'), `${candles}${row(1)}${row(2)}${row(4)}`);
    writeFileSync(join(fresh, 'c.csv'), 'x,y\n1,2\n');
    writeFileSync(join(fresh, 'sub/d.csv'), '');
    writeFileSync(join(fresh, 'notes.txt'), 'not a market');
    const reports: FileReport[] = [];
    for await (const report of checkFolder(fresh)) reports.push(report);
    expect(reports.map(({ kind }) => kind)).to.deep.equal(['refused', 'read', 'skipped', 'skipped']);
    const [refused, read] = reports;
    expect(refused).to.include({ code: 'DATA_MALFORMED' });
    expect(read).to.deep.include({ format: 'candles-1h', asset: 'volatile', rows: 3, missing: 1 });
    let error: unknown;
    try {
      for await (const report of checkFolder(join(folder, 'absent'))) reports.push(report);
    } catch (caught) {
      error = caught;
    }
    expect(error).to.include({ code: 'DATA_FOLDER' });
  });
});
