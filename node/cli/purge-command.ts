import { UsageError } from '../../protocol/errors.ts';
import { readNetworkDocument } from '../config/index.ts';
import { type Purged, type PurgeScope, purgeData } from '../operator/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { isConfirmed } from './confirm.ts';
import { configOf, type FolderFlags, withFolder } from './folder.ts';
import { printResult } from './spending.ts';

type Flags = FolderFlags & {
  readonly models: boolean;
  readonly allButKeys: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
};

export const definePurge: DefineCommand = (command) => {
  withFolder(command)
    .option(
      '--models',
      'bodies of updates and models of rounds that are over, but for those that the next round builds on',
      false,
    )
    .option(
      '--all-but-keys',
      'all that peers serve again; the node then abstains until they have told it where they are',
      false,
    )
    .option('--yes', 'do not ask before deleting', false)
    .option('--dry-run', 'say what would be deleted, and delete nothing', false)
    .option('--json', 'print one JSON object', false)
    .addHelpText(
      'after',
      '\nThe keystore, what the node has signed and its privacy ledger are never deleted. Peers and their scores are\nkept in memory alone: a restart forgets them.',
    )
    .action(purge);
};

async function purge({ models, allButKeys, yes, dryRun, json, ...flags }: Flags): Promise<void> {
  if (models === allButKeys) {
    throw new UsageError('PURGE_SCOPE', 'purge: expected one of --models and --all-but-keys', {
      hint: 'ballast purge --help says what each deletes',
    });
  }
  const { network, keystore, dataDir } = await configOf(flags);
  const files = { document: await readNetworkDocument(network), keystore, dataDir };
  const scope: PurgeScope = models ? 'models' : 'all-but-keys';
  const purged = await purgeData(files, scope, async (plan) => {
    if (dryRun) {
      printResult(json ? { dryRun: true, ...plan } : textOf('would delete', plan), json);
      return false;
    }
    if (yes) return true;
    if (process.stdin.isTTY !== true) {
      throw new UsageError('CONFIRMATION_NEEDED', `${textOf('would delete', plan)}: no terminal to ask on`, {
        hint: 'give --yes to delete without asking, or --dry-run',
      });
    }
    process.stderr.write(`${textOf('would delete', plan)}\n`);
    if (await isConfirmed('Delete?')) return true;
    throw new UsageError('NOT_CONFIRMED', 'purge: not confirmed, nothing was deleted');
  });
  if (purged !== undefined) printResult(json ? purged : textOf('deleted', purged), json);
}

const textOf = (what: string, { entries, bytes, round }: Purged): string =>
  `${what} ${entries} entries, ${(bytes / 2 ** 20).toFixed(1)} MiB, of rounds up to ${round}; keys, votes and ledger stay`;
