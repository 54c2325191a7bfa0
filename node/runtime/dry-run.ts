import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DataFolder } from '../data-folder/index.ts';
import type { Emit } from './events.ts';
import type { GossipCollaborators } from './gossip.ts';
import type { OpenFolders } from './own-folder.ts';
import type { RuntimeConfig } from './runtime-config.ts';

/** Why a dry run sends nothing to the chain. */
export const DRY_RUN = 'a dry run sends nothing';

/** What a dry run does with messages: it tells of them. */
export function dryRunOf(
  { dryRun }: Pick<RuntimeConfig, 'dryRun'>,
  emit: Emit,
): Pick<GossipCollaborators, 'withhold'> {
  if (dryRun !== true) return {};
  return {
    withhold: ({ type, round }, digest, bytes) =>
      emit({ event: 'withheld', message: type, round, digest, bytes }),
  };
}

/** The node's own folder, or a copy of it for a dry run. @throws as `DataFolder.open`. */
export async function openFolders(
  dryRun: boolean | undefined,
  ...folder: Parameters<typeof DataFolder.open>
): Promise<OpenFolders> {
  return dryRun === true ? openCopy(...folder) : [await DataFolder.open(...folder)];
}

/**
 * Opens a copy of a stopped node's folder, beside it, for a dry run: the ledger and the votes of the folder itself stay
 * as they are, and it is held meanwhile, so that the node itself cannot run. An earlier copy is replaced.
 *
 * @throws as `DataFolder.open`; `DATA_FOLDER_LOCKED` while the node itself runs.
 */
async function openCopy(...[path, owner, options]: Parameters<typeof DataFolder.open>): Promise<OpenFolders> {
  const original = resolve(path);
  const copy = `${original}.dry-run`;
  if (!existsSync(join(original, 'db'))) return [await DataFolder.open(copy, owner, options)];
  const held = await DataFolder.open(original, owner, options);
  try {
    await rm(copy, { recursive: true, force: true });
    await cp(original, copy, { recursive: true, filter: (file) => !basename(file).startsWith('LOCK') });
    return [await DataFolder.open(copy, owner, options), held];
  } catch (error) {
    await held.close();
    throw error;
  }
}
