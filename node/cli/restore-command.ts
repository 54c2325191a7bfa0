import { restoreData } from '../operator/index.ts';
import { type FilesFlags, nodeFiles } from './backup-command.ts';
import type { DefineCommand } from './command-entry.ts';
import { withFolder } from './folder.ts';
import { printResult } from './spending.ts';

type Flags = FilesFlags & { readonly force: boolean; readonly json: boolean };

export const defineRestore: DefineCommand = (command) => {
  withFolder(command)
    .argument('<file>', 'the backup')
    .option('--passphrase-file <file>', 'file of mode 0600 with the keystore’s passphrase')
    .option('--force', 'replace what the data folder holds', false)
    .option('--json', 'print one JSON object', false)
    .action(async (file: string, { json, force, ...flags }: Flags) => {
      const restored = await restoreData(await nodeFiles(flags), file, { force });
      const text = `restored node ${restored.node} as of ${restored.createdAt}: ${restored.ledgerEntries} ledger and ${restored.voteEntries} vote entries`;
      printResult(json ? restored : text, json);
    });
};
