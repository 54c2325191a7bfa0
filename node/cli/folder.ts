import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../protocol/errors.ts';
import { CONFIG_FILE } from '../operator/index.ts';
import { type NodeConfig, readNodeConfig } from '../runtime/index.ts';

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

export type ChainFlags = FolderFlags & { readonly rpc?: string; readonly network?: string };

/**
 * Endpoint and network document as given, else those of the configuration.
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
  const endpoint = rpc ?? [config?.rpc ?? []].flat()[0];
  if (endpoint !== undefined) return { rpc: endpoint, network: network ?? config?.network ?? 'network.json' };
  throw new UsageError('RPC_MISSING', '--rpc: got nothing, expected the URL of the chain’s endpoint', {
    hint: `give it, or with --folder a folder whose ${CONFIG_FILE} names it`,
  });
}
