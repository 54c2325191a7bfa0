import type { Command } from 'commander';
import {
  accountantNames,
  calibrateNoise,
  createAccountant,
  formatGuarantee,
  isGaussianRelease,
  type LedgerExport,
} from '../../privacy/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { isNodeId } from '../../protocol/ids.ts';
import type { PrivacyAccountJson } from '../api/index.ts';
import { readNetworkDocument } from '../config/index.ts';
import { openKeystore } from '../keys/index.ts';
import { privacyReport, readLedgerExport, readPrivacyAccount, writeLedgerExport } from '../privacy/index.ts';
import { type FilesFlags, nodeFiles } from './backup-command.ts';
import type { DefineCommand } from './command-entry.ts';
import { configOf, type FolderFlags, withFolder } from './folder.ts';
import { wholeNumberFrom } from './numbers.ts';
import { privacyText } from './privacy-text.ts';
import { tokenOf, urlOf } from './running-node.ts';
import { printResult } from './spending.ts';
import { withTerminal } from './terminal.ts';

export const definePrivacy: DefineCommand = (command) => {
  withFolder(command)
    .option('--rounds <n>', 'what so many more rounds would take', wholeNumberFrom(1, 1_000_000))
    .option('--all', 'every round, not the last 20 alone', false)
    .option('--url <url>', 'the HTTP interface of a node that runs; the configuration’s unless given')
    .option('--token-file <file>', 'a file with a token for it')
    .option('--json', 'print one JSON object', false)
    .action(report);
  // The options of `privacy` itself are taken before and after the name of a subcommand.
  const subcommand = (name: string) => command.command(name).configureHelp({ showGlobalOptions: true });
  subcommand('export')
    .description(
      'write the ledger of a stopped node for an auditor: every event, signed, nothing that was released',
    )
    .argument('<file>', 'the export to write; an existing file is never replaced')
    .option('--passphrase-file <file>', 'file of mode 0600 with the keystore’s passphrase')
    .action((file: string, _flags: object, self: Command) => writeExport(file, self.optsWithGlobals()));
  subcommand('verify')
    .description('check an export: its signature, its chain, and that nothing was charged less than it costs')
    .argument('<file>', 'what ballast privacy export wrote')
    .option('--node <id>', 'whose it has to be; whose it says that it is unless given')
    .option('--earlier <file>', 'an earlier export of the same node, which this one has to go on from')
    .action((file: string, _flags: object, self: Command) => verifyExport(file, self.optsWithGlobals()));
};

type ReportFlags = FolderFlags & {
  readonly rounds?: number;
  readonly all: boolean;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json: boolean;
};

async function report(flags: ReportFlags): Promise<void> {
  const config = await configOf(flags);
  const document = await readNetworkDocument(config.network);
  await withTerminal({ quiet: flags.json }, async ({ signal }) => {
    const account = await readPrivacyAccount({
      dataDir: config.dataDir,
      document,
      epsilonBudget: config.privacy?.epsilonBudget,
      url: urlOf(flags.url, config),
      ...(flags.tokenFile === undefined ? {} : { token: await tokenOf(flags.tokenFile) }),
      signal,
    });
    const made = privacyReport(account, {
      ...accountingOf(account),
      ...(flags.rounds === undefined ? {} : { planned: flags.rounds }),
    });
    printResult(flags.json ? made : privacyText(made, flags), flags.json);
  });
}

function accountingOf({ relation, budget, delta }: PrivacyAccountJson) {
  return {
    accountants: accountantNames,
    open: (name: (typeof accountantNames)[number]) => createAccountant(name, relation),
    calibrate: (
      event: Parameters<typeof calibrateNoise>[0]['event'],
      name: (typeof accountantNames)[number],
    ) =>
      calibrateNoise({
        event,
        accountant: () => createAccountant(name, relation),
        epsilon: budget ?? 0,
        delta,
      }),
  };
}

async function writeExport(
  file: string,
  { json, ...flags }: FilesFlags & { readonly json: boolean },
): Promise<void> {
  const { document, keystore, passphrase, dataDir } = await nodeFiles(flags);
  const { signer } = await openKeystore(keystore, passphrase);
  const written = await writeLedgerExport({ dataDir, document }, signer, file);
  const text = `wrote ${written.path}: ${written.releases} releases of node ${written.node}`;
  printResult(json ? written : text, json);
}

type VerifyFlags = { readonly node?: string; readonly earlier?: string; readonly json: boolean };

async function verifyExport(file: string, { node, earlier, json }: VerifyFlags): Promise<void> {
  if (node !== undefined && !isNodeId(node)) {
    throw new UsageError(
      'NODE_ID',
      `--node: got ${String(node).slice(0, 80)}, expected a node id such as 12D3KooW…`,
    );
  }
  const found = await readLedgerExport(file, { node, earlier });
  const cost = costOf(found);
  const summary = { node: found.node, terms: found.terms, ...found.position, epsilon: finite(cost) };
  printResult(json ? summary : exportText(found, cost, node !== undefined), json);
}

/** What all releases of an export cost together: exactly where they are Gaussian sums, else by RDP. */
function costOf({ history, debits }: LedgerExport): number {
  const isExact = debits.every(({ event }) => event.unit === 'none' || isGaussianRelease(event));
  const entries = isExact ? history() : history((relation) => createAccountant('rdp', relation));
  return entries.at(-1)?.epsilonAfter ?? 0;
}

function exportText({ node, terms, position }: LedgerExport, epsilon: number, isNodeKnown: boolean): string {
  const spent =
    terms.unit === 'none' ? 'no guarantee' : formatGuarantee(terms, { epsilon, delta: terms.delta });
  return [
    `sound: ${position.count} releases, ${spent}`,
    `signed by node ${node}${isNodeKnown ? '' : ': compare it with the id that you know, or give --node'}`,
    `ends with ${position.checksum}`,
  ].join('\n');
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
