import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../protocol/errors.ts';
import { GENERATOR_DAYS, GENERATOR_START_HOUR } from './generator/venue.ts';
import { createPrng } from './prng.ts';
import type { PriceFormat } from './readers/prices.ts';
import { dateOfHour, hourOfDate, type MarketSource } from './source.ts';

export type Slice = { readonly label: string; readonly spec: MarketSource };

/** Who sees what: one public feed for all, one private slice a node. */
export type Slices = { readonly publicFeed: MarketSource; readonly slices: readonly Slice[] };

type Recording = {
  readonly label: string;
  readonly format: PriceFormat;
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

/** DAI against USD, the densest of the oracle feeds: public. */
const PUBLIC_RECORDING: Recording = {
  label: 'dai-oracle',
  format: 'chainlink',
  file: 'chainlink-rounds/arbitrum_dai_usd.csv.gz',
  from: '2021-07-14',
  to: '2022-11-23',
};
const PRIVATE_RECORDINGS: readonly Recording[] = [
  {
    label: 'frax-oracle',
    format: 'chainlink',
    file: 'chainlink-rounds/arbitrum_frax_usd.csv.gz',
    from: '2021-10-28',
    to: '2022-11-23',
  },
  {
    label: 'mim-oracle',
    format: 'chainlink',
    file: 'chainlink-rounds/arbitrum_mim_usd.csv.gz',
    from: '2021-10-21',
    to: '2022-11-23',
  },
  {
    label: 'usdc-oracle',
    format: 'chainlink',
    file: 'chainlink-rounds/arbitrum_usdc_usd.csv.gz',
    from: '2021-07-14',
    to: '2022-11-23',
  },
  {
    label: 'usdc-spot',
    format: 'candles-1h',
    file: 'candles-1h/spot_USDCUSDT_2020-06_2021-12.csv.gz',
    from: '2020-08-02',
    to: '2021-12-06',
  },
];
/** Where data time stands at the first round of the recorded market; slices are cut before it. */
const RECORDED_FIRST_CUTOFF = '2022-05-07';
const MIN_SLICE_DAYS = 30;

/**
 * Private slices for `nodes` nodes and the public feed beside them.
 *
 * Without `dataDir`: the generator's market of `seed`; venue 0 is public, node i has venue i, every second one a
 * period of its own within the market's. With `dataDir`: the recorded markets in it; recordings are dealt in turn
 * and a recording with several holders is cut into disjoint periods, so that no two nodes share a row.
 *
 * @throws UsageError `DATA_NODES` when the recordings cannot be cut into that many slices of 30 days or more;
 *   `DATA_FILE_UNREADABLE` when a recording is absent.
 */
export async function slicesFor(dataDir: string | undefined, seed: number, nodes: number): Promise<Slices> {
  if (!Number.isInteger(nodes) || nodes < 1) {
    throw new UsageError('DATA_NODES', `nodes: got ${nodes}, expected a whole number from 1`, {
      metadata: { nodes },
    });
  }
  return dataDir === undefined ? generatedSlices(seed, nodes) : recordedSlices(dataDir, nodes);
}

function generatedSlices(seed: number, nodes: number): Slices {
  const prng = createPrng(seed, 0x51);
  const slices = Array.from({ length: nodes }, (_, i): Slice => {
    const startDay = Math.floor(prng.between(20, 120));
    const days = Math.floor(prng.between(320, GENERATOR_DAYS - startDay));
    const spec: MarketSource = { kind: 'generator', seed, venue: i + 1 };
    if (i % 2 === 0) return { label: `venue-${i + 1}`, spec };
    const from = dateOfHour(GENERATOR_START_HOUR + 24 * startDay);
    const to = dateOfHour(GENERATOR_START_HOUR + 24 * (startDay + days));
    return { label: `venue-${i + 1}`, spec: { ...spec, from, to } };
  });
  return { publicFeed: { kind: 'generator', seed, venue: 0 }, slices };
}

async function recordedSlices(dataDir: string, nodes: number): Promise<Slices> {
  for (const { file } of [PUBLIC_RECORDING, ...PRIVATE_RECORDINGS]) {
    await access(join(dataDir, file)).catch((cause: unknown) => {
      throw new UsageError(
        'DATA_FILE_UNREADABLE',
        `${join(dataDir, file)}: got nothing, expected a readable file`,
        {
          metadata: { file },
          hint: 'point the data folder at the recorded markets, or leave it out to use the generator',
          cause,
        },
      );
    });
  }
  const slices = PRIVATE_RECORDINGS.flatMap((recording, j) => {
    const holders = Math.ceil((nodes - j) / PRIVATE_RECORDINGS.length);
    return periods(recording, Math.max(0, holders), nodes).map((spec, k) => ({
      turn: k * PRIVATE_RECORDINGS.length + j,
      label: holders === 1 ? recording.label : `${recording.label}-${k + 1}`,
      spec: { ...spec, file: join(dataDir, recording.file) },
    }));
  });
  slices.sort((a, b) => a.turn - b.turn);
  return {
    publicFeed: csv(PUBLIC_RECORDING, join(dataDir, PUBLIC_RECORDING.file)),
    slices: slices.map(({ label, spec }) => ({ label, spec })),
  };
}

/** Cuts a recording into `parts` periods of equal length before the first cutoff; the last goes on to the end. */
function periods(recording: Recording, parts: number, nodes: number) {
  const from = hourOfDate(recording.from) / 24;
  const to = Math.min(hourOfDate(recording.to), hourOfDate(RECORDED_FIRST_CUTOFF)) / 24;
  if ((to - from) / parts < MIN_SLICE_DAYS) {
    throw new UsageError(
      'DATA_NODES',
      `nodes: got ${nodes}, expected few enough that each has ${MIN_SLICE_DAYS} days of ${recording.label}`,
      { metadata: { nodes, recording: recording.label }, hint: 'use fewer nodes, or the generator' },
    );
  }
  const edge = (k: number) => dateOfHour(24 * Math.floor(from + ((to - from) * k) / parts));
  return Array.from({ length: parts }, (_, k) => ({
    ...csv(recording, recording.file),
    from: edge(k),
    to: k === parts - 1 ? recording.to : edge(k + 1),
  }));
}

function csv({ format, from, to }: Recording, file: string) {
  return { kind: 'csv', format, file, from, to } as const;
}
