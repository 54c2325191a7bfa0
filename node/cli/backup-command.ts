import { readNetworkDocument } from '../config/index.ts';
import { obtainPassphrase } from '../keys/index.ts';
import { backupData, type NodeFiles } from '../operator/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { configOf, type FolderFlags, withFolder } from './folder.ts';
import { passphraseSources } from './passphrases.ts';
import { printResult } from './spending.ts';

export type FilesFlags = FolderFlags & { readonly passphraseFile?: string };

export const defineBackup: DefineCommand = (command) => {
  withFolder(command)
    .argument('<file>', 'the backup to write; an existing file is never replaced')
    .option('--passphrase-file <file>', 'file of mode 0600 with the keystore’s passphrase')
    .option('--json', 'print one JSON object', false)
    .action(async (file: string, { json, ...flags }: FilesFlags & { readonly json: boolean }) => {
      const made = await backupData(await nodeFiles(flags), file, { now: Date.now });
      const text = `wrote ${file}: node ${made.node}, ${made.ledgerEntries} ledger and ${made.voteEntries} vote entries, up to round ${made.round}`;
      printResult(json ? made : text, json);
    });
};

/** The files that a node's configuration names, and the passphrase of its keystore. */
export async function nodeFiles({ passphraseFile, ...flags }: FilesFlags): Promise<NodeFiles> {
  const { network, keystore, dataDir, passwordFile } = await configOf(flags);
  const sources = passphraseSources('BALLAST', { flag: passphraseFile, configured: passwordFile });
  const document = await readNetworkDocument(network);
  return { document, keystore, dataDir, passphrase: await obtainPassphrase(sources, keystore) };
}
