import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createPrng, hourOfDate } from '../../data/index.ts';

/** The recordings that a devnet looks for, each with a made-up market of hourly prices. */
const RECORDINGS = [
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
] as const;

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
    const lines = [format === 'chainlink' ? 'timestamp,price' : 'ts_utc,close'];
    let deviation = 0;
    for (let hour = hourOfDate(from) - 24; hour < hourOfDate(to) + 24; hour++) {
      deviation = deviation * 0.95 + prng.between(-2, 2);
      const price = 1 + deviation / 10_000;
      lines.push(`${hour * 3600},${format === 'chainlink' ? Math.round(price * 1e8) : price.toFixed(8)}`);
    }
    spoil(file, lines);
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, gzipSync(`${lines.join('\n')}\n`));
  }
}
