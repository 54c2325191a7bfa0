import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageError } from '../../protocol/errors.ts';
import { CONFIG_FILE } from '../operator/index.ts';
import { type NodeConfig, parseEndpoints, readNodeConfig } from '../runtime/node-config.ts';

/** Where a command finds what `ballast init` made. */
export type FolderFlags = { readonly folder?: string; readonly config?: string };

export function withFolder(command: Command): Command {
  return command
    .option('--folder <folder>', 'the folder that ballast init made', '.')
    .option('--config <file>', 'the node’s configuration; config.json in the folder unless given');
}

/** @throws UsageError `CONFIG_FILE`, `CONFIG_FIELD`. */
export async function configOf(flags: FolderFlags): Promise<NodeConfig> {
  const path = flags.config ?? join(flags.folder ?? '.', CONFIG_FILE);
  if (flags.config === undefined && !existsSync(path)) {
    throw new UsageError('CONFIG_FILE', `${path}: got nothing, expected a readable file`, {
      hint: 'give the folder that ballast init made with --folder, or a configuration with --config',
    });
  }
  return readNodeConfig(path);
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
  const known = flags.config ?? join(flags.folder ?? '.', CONFIG_FILE);
  const config =
    (rpc === undefined || network === undefined) && existsSync(known) ? await configOf(flags) : undefined;
  const endpoint = rpc ?? givenEndpoints(undefined)?.[0] ?? [config?.rpc ?? []].flat()[0];
  if (endpoint !== undefined) return { rpc: endpoint, network: network ?? config?.network ?? 'network.json' };
  throw new UsageError('RPC_MISSING', '--rpc: got nothing, expected the URL of the chain’s endpoint', {
    hint: `give it, or with --folder a folder whose ${CONFIG_FILE} names it`,
  });
}
