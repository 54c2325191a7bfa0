import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { UsageError } from '../../protocol/errors.ts';
import type { NodeConfig } from '../config/index.ts';
import type { MarketSource } from '../data/index.ts';
import { writeSecretFile } from '../files/secret-file.ts';
import { systemCode } from '../files/system-code.ts';
import { KEYSTORE_FILE } from './initialise.ts';

export const CONFIG_FILE = 'config.json';
/** What a configuration may be called in its folder. */
export const CONFIG_FILES: readonly string[] = [CONFIG_FILE, 'config.yaml', 'config.yml'];

export type ConfigChoices = {
  readonly rpc: string;
  /** Path of the network document. */
  readonly network: string;
  readonly host: string;
  /** TCP port of libp2p, and of the HTTP interface on localhost. */
  readonly port: number;
  readonly apiPort: number;
  /** File with the keystore's passphrase, where the node is to start without being asked. */
  readonly passphraseFile?: string;
  /** A venue of the generated market, for a rehearsal; files to be named by hand unless given. */
  readonly venue?: number;
  readonly seed: number;
  readonly rounds: number;
};

/** What the configuration trains on and is judged by. */
type Sources = Required<Pick<NodeConfig, 'slice' | 'market' | 'publicFeed' | 'publicMarket'>>;

/**
 * Writes a configuration that `ballast node` takes as it is. Paths in it start at its own folder.
 *
 * @throws UsageError `CONFIG_EXISTS`: an existing one is never replaced; `CONFIG_UNWRITABLE`.
 */
export async function writeNodeConfig(folder: string, choices: ConfigChoices): Promise<string> {
  const { rpc, network, host, port, apiPort, passphraseFile, rounds } = choices;
  const path = join(folder, CONFIG_FILE);
  const from = (file: string) => relative(resolve(folder), resolve(file));
  const config = {
    network: from(network),
    rpc,
    keystore: KEYSTORE_FILE,
    ...(passphraseFile === undefined ? {} : { passwordFile: from(passphraseFile) }),
    dataDir: 'data',
    listen: [`/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/${port}`],
    ...sourcesOf(choices),
    rounds,
    api: { port: apiPort },
  };
  let isWritten: boolean;
  try {
    isWritten = await writeSecretFile(path, `${JSON.stringify(config, null, 2)}\n`);
  } catch (error) {
    throw new UsageError('CONFIG_UNWRITABLE', `${path} cannot be written: ${systemCode(error)}`);
  }
  if (!isWritten) throw configExists(path);
  return path;
}

/** @throws UsageError `CONFIG_EXISTS`. */
export function requireNoConfig(folder: string): void {
  const path = CONFIG_FILES.map((name) => join(folder, name)).find((each) => existsSync(each));
  if (path !== undefined) throw configExists(path);
}

function configExists(path: string): UsageError {
  return new UsageError('CONFIG_EXISTS', `${path} exists already, and is never replaced`, {
    hint: 'give another folder with --folder, or move the file away',
  });
}

function sourcesOf({ venue, seed }: ConfigChoices): Sources {
  if (venue !== undefined) {
    const everybody: MarketSource = { kind: 'generator', seed, venue: 0 };
    const own: MarketSource = { kind: 'generator', seed, venue };
    return { slice: own, market: own, publicFeed: everybody, publicMarket: everybody };
  }
  const file = (name: string): MarketSource => ({ kind: 'csv', format: 'candles-1h', file: name });
  return {
    slice: file('private-peg.csv.gz'),
    market: file('private-market.csv.gz'),
    publicFeed: file('public-peg.csv.gz'),
    publicMarket: file('public-market.csv.gz'),
  };
}
