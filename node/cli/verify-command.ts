import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../../protocol/errors.ts';
import { readNetworkDocument } from '../config/index.ts';
import { type FolderVerification, verifyFolder } from '../verify/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { configOf, type FolderFlags, withFolder } from './folder.ts';
import { Progress } from './progress.ts';
import { catchSignals } from './signals.ts';

/** How many rounds go by between two lines of progress. */
const PROGRESS_ROUNDS = 100;

export const defineVerify: DefineCommand = (command) => {
  withFolder(command)
    .option('--data-dir <folder>', 'a node’s data folder; the configuration’s unless given')
    .option(
      '--rpc <url>',
      'endpoint of the chain; with --data-dir and without it all but the chain is verified',
    )
    .option('--network <file>', 'the network document; network.json in or above the data folder unless given')
    .option('--from-checkpoint', 'trust the newest checkpoint instead of verifying every vote', false)
    .option('--all', 'name every mismatch, not the first alone', false)
    .option('--no-beacons', 'do not hold beacons against their blocks')
    .option('--json', 'print the result as a line of JSON', false)
    .action(verify);
};

type VerifyFlags = FolderFlags & {
  readonly dataDir?: string;
  readonly rpc?: string;
  readonly network?: string;
  readonly fromCheckpoint: boolean;
  readonly all: boolean;
  readonly beacons: boolean;
  readonly json: boolean;
};

/** The exit code is 1 where anything differs. */
async function verify(flags: VerifyFlags): Promise<void> {
  const { fromCheckpoint, all, beacons, json } = flags;
  const { dataDir, network, rpc } = await placesOf(flags);
  const document = await readNetworkDocument(network);
  const progress = new Progress(process.stderr, !json);
  const interruption = catchSignals(() => undefined);
  try {
    const result = await verifyFolder(
      {
        dataDir,
        document,
        ...(rpc === undefined ? {} : { rpc }),
        trust: fromCheckpoint ? 'checkpoint' : 'genesis',
        all,
        beacons,
      },
      {
        signal: interruption.stop,
        onProgress: (what, round) => {
          if (round % PROGRESS_ROUNDS === 0) progress.show(`${what}: ${round}`);
        },
      },
    );
    progress.clear();
    const lines = json ? [JSON.stringify(result)] : describe(result);
    process.stdout.write(`${lines.join('\n')}\n`);
    if (result.mismatches.length > 0) process.exitCode = 1;
  } catch (error) {
    if (!interruption.stop.aborted) throw error;
    process.exitCode = 130;
  } finally {
    progress.clear();
    interruption.release();
  }
}

type Places = { readonly dataDir: string; readonly network: string; readonly rpc: string | undefined };

/** What to verify: a data folder, wherever it came from, or that of a node's configuration with its chain. */
async function placesOf(flags: VerifyFlags): Promise<Places> {
  if (flags.dataDir !== undefined) {
    const dataDir = resolve(flags.dataDir);
    return { dataDir, network: networkFile(dataDir, flags.network), rpc: flags.rpc };
  }
  const { dataDir, network, rpc } = await configOf(flags);
  return { dataDir, network: flags.network ?? network, rpc: flags.rpc ?? [rpc].flat()[0] };
}

function networkFile(dataDir: string, given: string | undefined): string {
  if (given !== undefined) return given;
  const near = ['.', '..', '../..'].map((step) => join(dataDir, step, 'network.json'));
  const own = near.find((file) => existsSync(file));
  if (own !== undefined) return own;
  throw new UsageError(
    'NETWORK_FILE',
    `--network: got nothing, and there is no network.json in or above ${dataDir}`,
    {
      hint: 'give the network document that the node’s configuration names',
    },
  );
}

function describe({ mismatches, head, coverage, chain }: FolderVerification): string[] {
  const problems = mismatches.map(
    ({ round, field, expected, got }) => `round ${round}: ${field}: got ${got}, expected ${expected}`,
  );
  const trusted = coverage.trusted > 0 ? `, up to round ${coverage.trusted} by its checkpoint` : '';
  const covered =
    `${coverage.rounds} rounds${trusted}: votes of ${coverage.votes}, transcripts of ${coverage.transcripts}, ` +
    `bodies of ${coverage.bodies}, beacons of ${coverage.beacons}`;
  const model = `version ${head.version} ${head.modelDigest}`;
  if (problems.length > 0)
    return [...problems, covered, `differs; the log was read up to round ${head.round}`];
  if (chain === undefined)
    return [covered, `head: round ${head.round}, ${model}; the chain was not asked (no --rpc)`];
  if (chain.isHead) return [covered, `head: round ${head.round}, ${model}, which is the chain's`];
  return [
    covered,
    `head: round ${head.round}, ${model}; the chain has version ${chain.version}, which the log has too`,
  ];
}
