import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { createReader } from '../../contracts/client/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { type FetchOptions, fetchHistory } from '../data/archive/index.ts';
import { hourOfDate } from '../data/index.ts';
import {
  CANDLE_INTERVALS,
  CANDLE_VENUES,
  type CandleInterval,
  type CandleVenueName,
  createCandleSource,
  createChainlinkSource,
  type DataSource,
  systemClock,
} from '../data/sources/index.ts';
import { Progress } from './progress.ts';
import { catchSignals } from './signals.ts';

type FetchFlags = {
  readonly out: string;
  readonly from: number;
  readonly to?: number;
  readonly origin?: string;
  readonly rpc?: string;
  readonly json: boolean;
};

const SOURCE_HELP =
  'binance:BTCUSDT:1h, coinbase:BTC-USD:1m, kraken:XBTUSD:1h, or chainlink:0x… with --rpc or BALLAST_RPC_URL';

/** What a reading needs to know of a source: how to make it, and how it is written. */
type Fetchable = Pick<FetchOptions, 'source' | 'format'>;

export function defineFetch(command: Command): void {
  command
    .command('fetch')
    .description('fetch a source’s history into a folder, or go on with what is there')
    .argument('<source>', SOURCE_HELP)
    .requiredOption('--out <folder>', 'where the file and its list of segments go')
    .requiredOption('--from <date>', 'UTC date, with it', dateFlag)
    .option('--to <date>', 'UTC date, without it; now unless given', dateFlag)
    .option('--origin <url>', 'in place of the exchange’s own address')
    .option('--rpc <url>', 'the chain’s endpoint; BALLAST_RPC_URL unless given')
    .option('--json', 'print the report as a line of JSON', false)
    .action(fetch);
}

async function fetch(name: string, flags: FetchFlags): Promise<void> {
  const progress = new Progress(process.stderr, !flags.json);
  const interruption = catchSignals(() => progress.note('stopping; the same command goes on from here'));
  try {
    const range = { from: flags.from, to: flags.to ?? Math.floor(systemClock.now() / 1000) };
    const report = await fetchHistory(
      {
        ...(await fetchable(name, flags)),
        folder: resolve(flags.out),
        range,
        onProgress: ({ source, rows, share }) =>
          progress.show(`${source}: ${rows} rows, ${Math.floor(share * 100)} %`),
      },
      interruption.stop,
    );
    progress.clear();
    const { file, source, rows, gaps, refused, resumedAt } = report;
    const on = resumedAt === undefined ? '' : `, went on from ${new Date(resumedAt * 1000).toISOString()}`;
    const line = flags.json
      ? JSON.stringify(report)
      : `${source}: ${rows} rows, ${gaps} gaps, ${refused} refused${on}: ${file}`;
    process.stdout.write(`${line}\n`);
  } catch (error) {
    if (!interruption.stop.aborted) throw error;
    process.exitCode = 130;
  } finally {
    progress.clear();
    interruption.release();
  }
}

/** @throws UsageError `SOURCE_UNKNOWN`, `RPC_MISSING`, and what the sources throw. */
async function fetchable(name: string, flags: FetchFlags): Promise<Fetchable> {
  const [kind = '', symbol = '', interval = '1h', ...more] = name.split(':');
  if (kind === 'chainlink' && name.split(':').length === 2) {
    const source = await chainlinkSource(symbol, flags);
    return { format: 'chainlink', source: () => source };
  }
  if (!isVenue(kind) || !isInterval(interval) || more.length > 0) {
    throw new UsageError('SOURCE_UNKNOWN', `source: got ${JSON.stringify(name)}, expected ${SOURCE_HELP}`, {
      metadata: { source: name },
    });
  }
  const { origin } = flags;
  // Rows are stored as they came, whatever flags they carry: readers judge them anew.
  const options = { venue: kind, symbol, interval, jump: 0.5, ...(origin === undefined ? {} : { origin }) };
  return {
    format: interval === '1h' ? 'candles-1h' : 'candles-1m',
    source: (lastClose) =>
      createCandleSource({ ...options, ...(lastClose === undefined ? {} : { lastClose }) }, WORLD),
  };
}

const WORLD = { clock: systemClock, random: Math.random };

async function chainlinkSource(feed: string, flags: FetchFlags): Promise<DataSource> {
  // A node's whole runtime comes with it, and exchanges need none of that.
  const { givenEndpoints } = await import('./folder.ts');
  const [rpcUrl] = givenEndpoints(flags.rpc === undefined ? undefined : [flags.rpc]) ?? [];
  if (rpcUrl === undefined) {
    throw new UsageError('RPC_MISSING', '--rpc: got nothing, expected the URL of the chain’s endpoint', {
      hint: 'give it, or set BALLAST_RPC_URL, which keeps its key out of the list of processes',
    });
  }
  const chainId = await createReader({ rpcUrl, chainId: 1 }).getChainId();
  const reader = createReader({ rpcUrl, chainId });
  return createChainlinkSource({ feed, unit: 'USD', jump: 0.05 }, reader, WORLD);
}

const isVenue = (text: string): text is CandleVenueName => Object.hasOwn(CANDLE_VENUES, text);
const isInterval = (text: string): text is CandleInterval => Object.hasOwn(CANDLE_INTERVALS, text);

/** Seconds since the epoch. */
function dateFlag(text: string): number {
  const second = /^\d{4}-\d\d-\d\d$/.test(text) && Date.parse(text) ? hourOfDate(text) * 3600 : undefined;
  if (second === undefined)
    throw new InvalidArgumentError(`got "${text}", expected a UTC date as 2024-01-31`);
  return second;
}
