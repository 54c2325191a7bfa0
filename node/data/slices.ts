import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../protocol/errors.ts';
import { GENERATOR_DAYS, GENERATOR_START_HOUR } from './generator/venue.ts';
import { createPrng } from './prng.ts';
import type { CsvFormat } from './readers/formats.ts';
import { dateOfHour, hourOfDate, type MarketSource } from './source.ts';

/** What one node sees alone: a peg to forecast and a volatile asset whose risk it learns. */
export type Slice = { readonly label: string; readonly spec: MarketSource; readonly market: MarketSource };

/** A further coin or volatile asset, or both, that everybody knows: the gate alone looks at it. */
export type CollateralSource = {
  readonly name: string;
  readonly feed?: MarketSource;
  readonly market?: MarketSource;
};

/** Who sees what: one public feed and one reference market for all, one private slice a node. */
export type Slices = {
  readonly publicFeed: MarketSource;
  readonly publicMarket: MarketSource;
  readonly collaterals: readonly CollateralSource[];
  readonly slices: readonly Slice[];
};

type Recording = {
  readonly label: string;
  readonly format: CsvFormat;
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

/** The one market that the others follow, over the whole calendar: public. */
const PUBLIC_MARKET: Recording = perpetual('BTC');
const PRIVATE_MARKETS: readonly Recording[] = [
  ...['ETH', 'MKR', 'LINK', 'COMP', 'AAVE', 'UNI'].map(perpetual),
  // Spot only before the perpetuals of the same assets begin, so that nobody's hours are another's.
  ...['BTC', 'ETH'].map(
    (asset): Recording => ({
      label: `${asset.toLowerCase()}-spot`,
      format: 'candles-1h',
      file: `candles-1h/spot_${asset}USDT_2020-06_2021-12.csv.gz`,
      from: '2020-06-02',
      to: '2020-10-23',
    }),
  ),
];

/** Recordings that become public in turn, and nobody's slice, where further collaterals are asked for. */
const COLLATERALS: readonly { readonly name: string; readonly label: string }[] = [
  { name: 'usdc', label: 'usdc-oracle' },
  { name: 'eth', label: 'eth-perp' },
  { name: 'frax', label: 'frax-oracle' },
  { name: 'link', label: 'link-perp' },
];
/** As many venues of the generated market, or recordings, can be public beside the main ones. */
const MAX_COLLATERALS = COLLATERALS.length;

/** Where data time stands at the first round of the recorded market; slices are cut before it. */
const RECORDED_FIRST_CUTOFF = '2022-05-07';
const MIN_SLICE_DAYS = 30;
/** The slowest average of the risk features needs a month before the first example. */
const MIN_MARKET_DAYS = 60;

function perpetual(asset: string): Recording {
  return {
    label: `${asset.toLowerCase()}-perp`,
    format: 'perp-1h',
    file: `candles-1h/perp_${asset}USDT_2020-10_2022-12.csv.gz`,
    from: '2020-10-24',
    to: '2022-12-31',
  };
}

/**
 * Private slices for `nodes` nodes and the public feed beside them.
 *
 * Without `dataDir`: the generator's market of `seed`; venue 0 is public, node i has venue i, every second one a
 * period of its own within the market's; a venue has a coin and a volatile asset. With `dataDir`: the recorded
 * markets in it; pegs and volatile assets are dealt in turn, each list by itself, and a recording with several
 * holders is cut into disjoint periods, so that no two nodes share a row.
 *
 * @param collaterals further coins and assets that are public, at most 4: venues after the nodes' own, or recordings
 *   that are then dealt to nobody.
 * @throws UsageError `DATA_NODES` when the recordings cannot be cut into that many slices of 30 days or more (60 of
 *   a volatile asset); `DATA_COLLATERALS`; `DATA_FILE_UNREADABLE` when a recording is absent.
 */
export async function slicesFor(
  dataDir: string | undefined,
  seed: number,
  nodes: number,
  collaterals = 0,
): Promise<Slices> {
  if (!Number.isInteger(nodes) || nodes < 1) {
    throw new UsageError('DATA_NODES', `nodes: got ${nodes}, expected a whole number from 1`, {
      metadata: { nodes },
    });
  }
  if (!Number.isInteger(collaterals) || collaterals < 0 || collaterals > MAX_COLLATERALS) {
    throw new UsageError(
      'DATA_COLLATERALS',
      `collaterals: got ${collaterals}, expected a whole number from 0 to ${MAX_COLLATERALS}`,
      { metadata: { collaterals, most: MAX_COLLATERALS } },
    );
  }
  return dataDir === undefined
    ? generatedSlices(seed, nodes, collaterals)
    : recordedSlices(dataDir, nodes, collaterals);
}

function generatedSlices(seed: number, nodes: number, collaterals: number): Slices {
  const prng = createPrng(seed, 0x51);
  const slices = Array.from({ length: nodes }, (_, i): Slice => {
    const startDay = Math.floor(prng.between(20, 120));
    const days = Math.floor(prng.between(320, GENERATOR_DAYS - startDay));
    const spec: MarketSource = { kind: 'generator', seed, venue: i + 1 };
    const label = `venue-${i + 1}`;
    if (i % 2 === 0) return { label, spec, market: spec };
    const from = dateOfHour(GENERATOR_START_HOUR + 24 * startDay);
    const to = dateOfHour(GENERATOR_START_HOUR + 24 * (startDay + days));
    const cut = { ...spec, from, to };
    return { label, spec: cut, market: cut };
  });
  const shared: MarketSource = { kind: 'generator', seed, venue: 0 };
  const further = Array.from({ length: collaterals }, (_, i): CollateralSource => {
    const venue: MarketSource = { kind: 'generator', seed, venue: nodes + 1 + i };
    return { name: `venue-${nodes + 1 + i}`, feed: venue, market: venue };
  });
  return { publicFeed: shared, publicMarket: shared, collaterals: further, slices };
}

async function recordedSlices(dataDir: string, nodes: number, collaterals: number): Promise<Slices> {
  const open = COLLATERALS.slice(0, collaterals);
  const isOpen = (recording: Recording) => open.some(({ label }) => label === recording.label);
  for (const { file } of [PUBLIC_RECORDING, PUBLIC_MARKET, ...PRIVATE_RECORDINGS, ...PRIVATE_MARKETS]) {
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
  const own = (recordings: readonly Recording[]) => recordings.filter((each) => !isOpen(each));
  const pegs = deal(own(PRIVATE_RECORDINGS), nodes, MIN_SLICE_DAYS, dataDir);
  const markets = deal(own(PRIVATE_MARKETS), nodes, MIN_MARKET_DAYS, dataDir);
  const publicSource = (recordings: readonly Recording[], label: string) => {
    const recording = recordings.find((each) => each.label === label);
    return recording === undefined ? undefined : csv(recording, join(dataDir, recording.file));
  };
  return {
    publicFeed: csv(PUBLIC_RECORDING, join(dataDir, PUBLIC_RECORDING.file)),
    publicMarket: csv(PUBLIC_MARKET, join(dataDir, PUBLIC_MARKET.file)),
    collaterals: open.map(({ name, label }): CollateralSource => {
      const feed = publicSource(PRIVATE_RECORDINGS, label);
      const market = publicSource(PRIVATE_MARKETS, label);
      return { name, ...(feed === undefined ? {} : { feed }), ...(market === undefined ? {} : { market }) };
    }),
    slices: pegs.flatMap(({ label, spec }, i) => {
      const market = markets[i]?.spec;
      return market === undefined ? [] : [{ label, spec, market }];
    }),
  };
}

/** One slice a node, recording after recording; who comes round again gets the recording's next period. */
function deal(recordings: readonly Recording[], nodes: number, minDays: number, dataDir: string) {
  const dealt = recordings.map((recording, j) => {
    const holders = Math.max(0, Math.ceil((nodes - j) / recordings.length));
    return periods(recording, holders, nodes, minDays).map((spec, k) => ({
      label: holders === 1 ? recording.label : `${recording.label}-${k + 1}`,
      spec: { ...spec, file: join(dataDir, recording.file) },
    }));
  });
  return Array.from({ length: nodes }, (_, i) => {
    const turn = dealt[i % recordings.length]?.[Math.floor(i / recordings.length)];
    return turn === undefined ? [] : [turn];
  }).flat();
}

/** Cuts a recording into `parts` periods of equal length before the first cutoff; the last goes on to the end. */
function periods(recording: Recording, parts: number, nodes: number, minDays: number) {
  const from = hourOfDate(recording.from) / 24;
  const to = Math.min(hourOfDate(recording.to), hourOfDate(RECORDED_FIRST_CUTOFF)) / 24;
  if ((to - from) / parts < minDays) {
    throw new UsageError(
      'DATA_NODES',
      `nodes: got ${nodes}, expected few enough that each has ${minDays} days of ${recording.label}`,
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
