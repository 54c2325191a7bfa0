import { obtainNewPassphrase } from '../keys/index.ts';
import { initialiseOperator, initialiseStake } from '../operator/index.ts';
import type { AddCommands } from './commands.ts';
import { passphraseSources } from './passphrases.ts';
import { printResult } from './spending.ts';

type Flags = {
  readonly folder: string;
  readonly stake: boolean;
  readonly passphraseFile?: string;
  readonly json: boolean;
};

export const addInitCommand: AddCommands = (program) => {
  program
    .command('init')
    .description('make a node’s keys, or with --stake the cold key that will own its bond')
    .option('--folder <folder>', 'where the keystore is written; an existing one is never replaced', '.')
    .option('--stake', 'make the stake keystore: best on another machine', false)
    .option('--passphrase-file <file>', 'file of mode 0600 with the new passphrase')
    .option('--json', 'print one JSON object', false)
    .action(async (flags: Flags) => (flags.stake ? initStake(flags) : initNode(flags)));
};

async function initNode({ folder, passphraseFile, json }: Flags): Promise<void> {
  const sources = passphraseSources('BALLAST', { flag: passphraseFile });
  const { nodeId, account } = await initialiseOperator(
    folder,
    await obtainNewPassphrase(sources, 'the node’s keystore'),
  );
  const text = `node ${nodeId}\nhot address ${account.address}: signs votes, and needs funds for gas alone`;
  printResult(json ? { node: nodeId, signer: account.address } : text, json);
}

async function initStake({ folder, passphraseFile, json }: Flags): Promise<void> {
  const sources = passphraseSources('BALLAST_STAKE', { flag: passphraseFile });
  const { account } = await initialiseStake(folder, await obtainNewPassphrase(sources, 'the stake keystore'));
  const text = `stake address ${account.address}: owns the bond; keep its keystore off the node’s machine`;
  printResult(json ? { owner: account.address } : text, json);
}
