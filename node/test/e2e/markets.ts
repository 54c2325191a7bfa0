import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createPrng, hourOfDate } from '../../data/index.ts';

type Recording = {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly format: 'chainlink' | 'candles' | 'perpetual';
};

const volatile = (file: string, format: Recording['format'], from: string, to: string): Recording => ({
  file: `candles-1h/${file}.csv.gz`,
  from,
  to,
  format,
});

/** The recordings that a devnet looks for, each with a made-up market of hourly prices. */
const RECORDINGS: readonly [Recording, Recording, ...Recording[]] = [
  {
    file: 'chainlink-rounds/arbitrum_dai_usd.csv.gz',
    from: '2021-07-14',
    to: '2022-11-23',
    format: 'chainlink',
  },
  {
    file: 'chainlink-rounds/arbitrum_frax_usd.csv.gz',
    from: '2021-10-28',
    to: '2022-11-23',
    format: 'chainlink',
  },
  {
    file: 'chainlink-rounds/arbitrum_mim_usd.csv.gz',
    from: '2021-10-21',
    to: '2022-11-23',
    format: 'chainlink',
  },
  {
    file: 'chainlink-rounds/arbitrum_usdc_usd.csv.gz',
    from: '2021-07-14',
    to: '2022-11-23',
    format: 'chainlink',
  },
  {
    file: 'candles-1h/spot_USDCUSDT_2020-06_2021-12.csv.gz',
    from: '2020-08-02',
    to: '2021-12-06',
    format: 'candles',
  },
  ...['BTC', 'ETH', 'MKR', 'LINK', 'COMP', 'AAVE', 'UNI'].map((asset) =>
    volatile(`perp_${asset}USDT_2020-10_2022-12`, 'perpetual', '2020-10-24', '2022-12-31'),
  ),
  ...['BTC', 'ETH'].map((asset) =>
    volatile(`spot_${asset}USDT_2020-06_2021-12`, 'candles', '2020-06-02', '2020-10-23'),
  ),
];

export const FIRST_PRIVATE_RECORDING = RECORDINGS[1].file;

/**
 * Writes a folder of recorded markets.
 *
 * @param spoil changes the lines of a file (the header is line 1, at index 0).
 */
export async function writeMarkets(
  folder: string,
  spoil: (file: string, lines: string[]) => void = () => undefined,
): Promise<void> {
  for (const [index, { file, from, to, format }] of RECORDINGS.entries()) {
    const prng = createPrng(index + 1, 0x77);
    const lines: string[] = [HEADERS[format]];
    // A peg stays near 1; a volatile asset moves a hundred times as far.
    const step = file.includes('USDC') || format === 'chainlink' ? 2 : 200;
    let deviation = 0;
    for (let hour = hourOfDate(from) - 24; hour < hourOfDate(to) + 24; hour++) {
      deviation = deviation * 0.95 + prng.between(-step, step);
      lines.push(row(format, hour, 1 + deviation / 10_000));
    }
    spoil(file, lines);
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, gzipSync(`${lines.join('\n')}\n`));
  }
}

const HEADERS = {
  chainlink: 'timestamp,price',
  candles: 'ts_utc,open,high,low,close,volume_base',
  perpetual: 'open_time,open,high,low,close,volume',
} as const;

function row(format: Recording['format'], hour: number, price: number): string {
  if (format === 'chainlink') return `${hour * 3600},${Math.round(price * 1e8)}`;
  const time =
    format === 'candles'
      ? `${hour * 3600}`
      : `${new Date(hour * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
  const text = price.toFixed(8);
  return `${time},${text},${text},${text},${text},100`;
}
