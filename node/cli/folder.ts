import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageError } from '../../protocol/errors.ts';
import {
  type Assignment,
  type LayeredConfig,
  type NodeConfig,
  parseEndpoints,
  readLayeredConfig,
} from '../config/index.ts';
import { CONFIG_FILE, CONFIG_FILES } from '../operator/config-file.ts';

/** Where a command finds what `ballast init` made. */
export type FolderFlags = {
  readonly folder?: string;
  readonly config?: string;
  readonly set?: readonly string[];
};

export function withFolder(command: Command): Command {
  return command
    .option('--folder <folder>', 'the folder that ballast init made', '.')
    .option(
      '--config <file>',
      `the node’s configuration; ${CONFIG_FILES.join(', ')} in the folder unless given`,
    )
    .addOption(
      new Option(
        '--set <key=value>',
        'a value in the place of the configuration’s, such as api.port=9480; may be repeated',
      ).argParser((setting: string, before: readonly string[] | undefined) => [...(before ?? []), setting]),
    );
}

/**
 * The configuration's file: the one that was given, else the only one in the folder.
 *
 * @throws UsageError `CONFIG_FILE` where there is none, or several.
 */
export function configPathOf({ folder = '.', config }: FolderFlags): string {
  if (config !== undefined) return config;
  const [path, second] = configFilesIn(folder);
  if (path === undefined) {
    throw new UsageError(
      'CONFIG_FILE',
      `${join(folder, CONFIG_FILE)}: got nothing, expected a readable file`,
      { hint: 'give the folder that ballast init made with --folder, or a configuration with --config' },
    );
  }
  if (second === undefined) return path;
  throw new UsageError('CONFIG_FILE', `${path}: ${second} is there too, expected one configuration`, {
    hint: 'remove one of them, or name one with --config',
  });
}

const configFilesIn = (folder: string): readonly string[] =>
  CONFIG_FILES.map((name) => join(folder, name)).filter((path) => existsSync(path));

/**
 * The configuration as it holds: flags, environment, file.
 *
 * @param flags those of the command that stand for a key, before all else.
 * @throws UsageError `CONFIG_FILE`, `CONFIG_FIELD`, `CONFIG_SETTING`, `CONFIG_VARIABLE`.
 */
export async function configOf(where: FolderFlags, flags: readonly Assignment[] = []): Promise<NodeConfig> {
  return (await layeredConfigOf(where, flags)).config;
}

/** The configuration where one is given or in the folder. */
export async function configIn(where: FolderFlags): Promise<NodeConfig | undefined> {
  const { folder = '.', config } = where;
  return config === undefined && configFilesIn(folder).length === 0 ? undefined : configOf(where);
}

/** As {@link configOf}, and who gave which value. */
export function layeredConfigOf(
  where: FolderFlags,
  flags: readonly Assignment[] = [],
): Promise<LayeredConfig> {
  const { set: settings = [] } = where;
  return readLayeredConfig(configPathOf(where), { flags, settings, environment: process.env });
}

/** `--rpc`, once for each endpoint. */
export const endpointsOption = (): Option =>
  new Option(
    '--rpc-url, --rpc <url>',
    'the chain’s endpoint, in place of the configuration’s; repeated, they are compared',
  ).argParser((url: string, before: readonly string[] | undefined) => [...(before ?? []), url]);

/**
 * Endpoints beside those of a configuration: the flag's, else those of `BALLAST_RPC_URL`, separated by commas.
 *
 * @throws UsageError `CONFIG_FIELD`.
 */
export function givenEndpoints(flag: readonly string[] | undefined): readonly string[] | undefined {
  if (flag !== undefined) return parseEndpoints(flag, '--rpc');
  const listed = process.env.BALLAST_RPC_URL?.trim();
  if (listed === undefined || listed === '') return undefined;
  return parseEndpoints(
    listed.split(',').map((url) => url.trim()),
    'BALLAST_RPC_URL',
  );
}

export type ChainFlags = FolderFlags & { readonly rpc?: string; readonly network?: string };

/**
 * Endpoint and network document as given, else the endpoint of the environment and those of the configuration.
 *
 * @throws UsageError `RPC_MISSING` where neither names an endpoint; what {@link configOf} throws.
 */
export async function chainOf(
  flags: ChainFlags,
): Promise<{ readonly rpc: string; readonly network: string }> {
  const { rpc, network } = flags;
  const config = rpc === undefined || network === undefined ? await configIn(flags) : undefined;
  const endpoint = rpc ?? givenEndpoints(undefined)?.[0] ?? [config?.rpc ?? []].flat()[0];
  if (endpoint !== undefined) return { rpc: endpoint, network: network ?? config?.network ?? 'network.json' };
  throw new UsageError('RPC_MISSING', '--rpc: got nothing, expected the URL of the chain’s endpoint', {
    hint: `give it, or with --folder a folder whose ${CONFIG_FILE} names it`,
  });
}
