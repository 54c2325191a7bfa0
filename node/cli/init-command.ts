import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { DEFAULT_API_PORT } from '../api/config.ts';
import { keystoreName, obtainNewPassphrase, readKeystoreText } from '../keys/index.ts';
import {
  type ConfigChoices,
  initialiseOperator,
  initialiseStake,
  KEYSTORE_FILE,
  requireNoConfig,
  writeNodeConfig,
} from '../operator/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { wholeNumber, wholeNumberFrom } from './numbers.ts';
import { passphraseSources } from './passphrases.ts';
import { printResult } from './spending.ts';

const DEFAULT_PORT = 4001;
const DEFAULT_ROUNDS = 40;

type Flags = ConfigChoices & {
  readonly folder: string;
  readonly stake: boolean;
  readonly json: boolean;
};

export const defineInit: DefineCommand = (command) => {
  const port = wholeNumberFrom(1, 65_535);
  command
    .option('--folder <folder>', 'where they are written; nothing that exists is replaced', '.')
    .option('--stake', 'make the stake keystore: best on another machine', false)
    .option('--passphrase-file <file>', 'file of mode 0600 with the new passphrase')
    .option('--rpc <url>', 'JSON-RPC endpoint of the chain', 'http://127.0.0.1:8545')
    .option('--network <file>', 'where the network document will be', 'network.json')
    .option('--host <ip>', 'address that other nodes reach this one at', ipAddress, '127.0.0.1')
    .option('--port <n>', 'TCP port for other nodes', port, DEFAULT_PORT)
    .option('--api-port <n>', 'port of the HTTP interface on localhost', port, DEFAULT_API_PORT)
    .option(
      '--venue <n>',
      'rehearse on this venue of the generated market, from 1; without it name files by hand',
      wholeNumberFrom(1, 1_000),
    )
    .option('--seed <n>', 'seed of the generated market, the same for all', wholeNumber, 1)
    .option(
      '--rounds <n>',
      'rounds of the network, the same for all',
      wholeNumberFrom(1, 10_000),
      DEFAULT_ROUNDS,
    )
    .option('--json', 'print one JSON object', false)
    .action(async (flags: Flags) => (flags.stake ? initStake(flags) : initNode(flags)));
};

async function initNode(flags: Flags): Promise<void> {
  const { folder, passphraseFile, json, host, port } = flags;
  requireNoConfig(folder);
  const { nodeId, address, isNew } = await keysIn(folder, passphraseFile);
  const config = await writeNodeConfig(folder, flags);
  const bootstrap = `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/${port}/p2p/${nodeId}`;
  const data = flags.venue === undefined ? ': name your data in it' : '';
  const text = [
    `node ${nodeId}${isNew ? '' : ', whose keys were here'}`,
    `hot address ${address}: signs votes, and needs funds for gas alone`,
    `bootstrap address ${bootstrap}`,
    `wrote ${config}${data}`,
  ];
  printResult(json ? { node: nodeId, signer: address, bootstrap, config } : text.join('\n'), json);
}

/** New keys, or those that an init which was cut short has left. */
async function keysIn(folder: string, passphraseFile: string | undefined) {
  const path = join(folder, KEYSTORE_FILE);
  if (existsSync(path)) return { ...keystoreName(await readKeystoreText(path), path), isNew: false };
  const sources = passphraseSources('BALLAST', { flag: passphraseFile });
  const { nodeId, account } = await initialiseOperator(
    folder,
    await obtainNewPassphrase(sources, 'the node’s keystore'),
  );
  return { nodeId, address: account.address, isNew: true };
}

async function initStake({ folder, passphraseFile, json }: Flags): Promise<void> {
  const sources = passphraseSources('BALLAST_STAKE', { flag: passphraseFile });
  const { account } = await initialiseStake(folder, await obtainNewPassphrase(sources, 'the stake keystore'));
  const text = `stake address ${account.address}: owns the bond; keep its keystore off the node’s machine`;
  printResult(json ? { owner: account.address } : text, json);
}

function ipAddress(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new InvalidArgumentError(`got "${text}", expected an IP address`);
}
