import type { LocalAccount } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { UsageError } from '../../protocol/errors.ts';
import { readNetworkDocument } from '../config/index.ts';
import { obtainPassphrase, openKeystore } from '../keys/index.ts';
import {
  chainIdOf,
  costOfGas,
  evidenceLines,
  evidenceText,
  readEvidence,
  requireBalance,
  submitEvidence,
} from '../operator/index.ts';
import { ChainLink } from '../runtime/chain-link.ts';
import type { DefineCommand } from './command-entry.ts';
import { configOf, endpointsOption, type FolderFlags, givenEndpoints, withFolder } from './folder.ts';
import { passphraseSources } from './passphrases.ts';
import { remoteSignerOf, type SignerFlags } from './remote-signer.ts';
import { confirmSpending, printResult, type SpendingFlags, withSpendingFlags } from './spending.ts';
import { withTerminal } from './terminal.ts';

type ListFlags = FolderFlags & { readonly rpc?: readonly string[]; readonly json: boolean };
type SubmitFlags = ListFlags &
  SpendingFlags &
  SignerFlags & { readonly keystore?: string; readonly passphraseFile?: string };

/** More than one report takes: 27 signatures of a committee of 40 at 7,600 each, or one of BLS, and the entry's bytes. */
const REPORT_GAS = 600_000n;

export const defineEvidence: DefineCommand = (command) => {
  withFolder(command.command('list'))
    .description('each proof on a line, with what the chain has made of it')
    .addOption(endpointsOption())
    .option('--json', 'print one JSON object', false)
    .action(list);
  withSpendingFlags(withFolder(command.command('submit')))
    .description('hand what is open to the slasher; the hot key pays, its owner is owed the reward')
    .argument('[evidence...]', 'beginnings of the proofs’ digests; all that are open unless given')
    .addOption(endpointsOption())
    .option('--keystore <file>', 'the node’s keystore; the configuration’s unless given')
    .option('--passphrase-file <file>', 'file of mode 0600 with its passphrase')
    .option('--signer-url <url>', 'external signer that holds the hot key; the configuration’s unless given')
    .option('--signer-address <address>', 'the hot address that it holds')
    .action(submit);
};

async function list(flags: ListFlags): Promise<void> {
  await withTerminal({ quiet: flags.json }, async ({ signal }) => {
    const { link, stored } = await openEvidence(flags, privateKeyToAccount(generatePrivateKey()), signal);
    const lines = await evidenceLines(link, stored);
    if (flags.json) printResult({ items: lines }, true);
    else printResult(lines.length === 0 ? 'no proofs' : lines.map(evidenceText).join('\n'), false);
  });
}

async function submit(wanted: readonly string[], flags: SubmitFlags): Promise<void> {
  const account = await hotAccount(flags);
  await withTerminal({ quiet: flags.json }, async ({ signal }) => {
    const { link, stored } = await openEvidence(flags, account, signal);
    const lines = await evidenceLines(link, stored);
    const chosen = stored.filter((_, i) => {
      const line = lines[i];
      return line?.status === 'open' && isWanted(line.evidence, wanted);
    });
    const unknown = wanted.find((start) => !lines.some(({ evidence }) => evidence.startsWith(start)));
    if (unknown !== undefined)
      throw new UsageError(
        'EVIDENCE_UNKNOWN',
        `evidence: got ${unknown.slice(0, 64)}, expected the beginning of a proof's digest`,
        {
          hint: 'ballast evidence list names them',
        },
      );
    if (chosen.length === 0) {
      printResult(flags.json ? { items: [] } : 'nothing is open', flags.json);
      return;
    }
    const cost = await costOfGas(link.reader, account.address, REPORT_GAS * BigInt(chosen.length));
    if (!flags.dryRun) requireBalance(account.address, cost);
    const what = `report ${chosen.length} offences to the slasher from ${account.address}`;
    if (!(await confirmSpending(what, cost, flags))) return;
    const done = [];
    for (const each of chosen) {
      const line = await submitEvidence(link, each, signal);
      if (!flags.json) printResult(evidenceText(line), false);
      done.push(line);
    }
    if (flags.json) printResult({ items: done }, true);
    if (done.some(({ status }) => status === 'refused')) process.exitCode = 1;
  });
}

const isWanted = (evidence: string, wanted: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((start) => evidence.startsWith(start));

async function openEvidence(flags: ListFlags, account: LocalAccount, signal: AbortSignal) {
  const config = await configOf(flags);
  const document = await readNetworkDocument(config.network);
  const stored = await readEvidence(config.dataDir, document);
  const rpc = givenEndpoints(flags.rpc) ?? config.rpc;
  return { stored, link: await ChainLink.open(document, rpc, account, { signal }) };
}

async function hotAccount(flags: SubmitFlags): Promise<LocalAccount> {
  const config = await configOf(flags);
  const { keystore = config.keystore } = flags;
  const { chain } = await readNetworkDocument(config.network);
  const sources = passphraseSources('BALLAST', {
    flag: flags.passphraseFile,
    configured: config.passwordFile,
  });
  const opened = await openKeystore(keystore, await obtainPassphrase(sources, keystore));
  const { signerUrl = config.signer?.url, signerAddress = config.signer?.address } = flags;
  const remote = await remoteSignerOf(
    {
      ...(signerUrl === undefined ? {} : { signerUrl }),
      ...(signerAddress === undefined ? {} : { signerAddress }),
    },
    chainIdOf(chain),
  );
  return (remote === undefined ? opened : opened.withSigner(remote)).account;
}
