import { existsSync } from 'node:fs';
import { access, chmod, constants } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { removeDurably, writeAtomic } from '../files/atomic-file.ts';
import { makeFolder } from '../files/make-folder.ts';
import { isDiskFault, LevelStore, StoreError } from '../store/index.ts';
import { DataFolderError } from './errors.ts';
import { type FolderFormat, readFormat, writeFormat } from './format.ts';
import { FolderLock } from './lock.ts';
import { MIGRATIONS, type Migration, SCHEMA } from './migrations.ts';

export type DataFolderOwner = { readonly network: Digest; readonly node: NodeId };

export type DataFolderOptions = {
  /** Milliseconds since the Unix epoch, for the day on which the folder was made. */
  readonly now?: () => number;
  /** In the order of what they start from; those of this release unless given. */
  readonly migrations?: readonly Migration[];
  /** What a migration opens to write in. */
  readonly openStore?: (path: string) => Promise<LevelStore>;
};

const RESTORED = 'restored.json';

/**
 * The folder of one node of one network: held by one process, of a known schema. Its database is in `database`.
 *
 * Layout: `LOCK` (who holds it), `LOCK.….live` (a socket of that process), `format.json` (whose it is, which schema),
 * `db/`, and `restored.json` after `ballast restore` until the node has heard what it signed before.
 */
export class DataFolder {
  readonly path: string;
  readonly #lock: FolderLock;
  #isRestored: boolean;

  private constructor(path: string, lock: FolderLock) {
    this.path = path;
    this.#lock = lock;
    this.#isRestored = existsSync(join(path, RESTORED));
  }

  /**
   * Makes the folder (mode 0700) or takes an existing one, brought to this release's schema. A step of a migration
   * that was cut short is made again.
   *
   * @throws DataFolderError `DATA_FOLDER_LOCKED`, `DATA_FOLDER_FOREIGN` for another node's or network's,
   *   `DATA_FOLDER_NEWER` for one of a later release, `DATA_FOLDER_OUTDATED` for rounds of an earlier one,
   *   `DATA_FOLDER_DAMAGED`, `DATA_FOLDER_UNWRITABLE`.
   * @throws StoreError `DISK_FULL`, and what opening its database throws while it is migrated.
   */
  static async open(
    path: string,
    owner: DataFolderOwner,
    { now = Date.now, migrations = MIGRATIONS, openStore = LevelStore.open }: DataFolderOptions = {},
  ): Promise<DataFolder> {
    const folder = resolve(path);
    const lock = await prepared(folder);
    try {
      await bringUp(folder, owner, now, migrations, openStore);
      return new DataFolder(folder, lock);
    } catch (error) {
      await lock.release();
      throw diskError(error, folder);
    }
  }

  /** Where the database lives. */
  get database(): string {
    return join(this.path, 'db');
  }

  /** Whether its content was put back from a backup and the node has not yet heard what it may have forgotten. */
  get restored(): boolean {
    return this.#isRestored;
  }

  async markRestored(): Promise<void> {
    await writeAtomic(join(this.path, RESTORED), '{}\n');
    this.#isRestored = true;
  }

  async clearRestored(): Promise<void> {
    await removeDurably(join(this.path, RESTORED));
    this.#isRestored = false;
  }

  /** Frees the folder for the next process. Close the database first. */
  async close(): Promise<void> {
    await this.#lock.release();
  }
}

async function prepared(folder: string): Promise<FolderLock> {
  try {
    if (await makeFolder(resolve(folder))) await chmod(folder, 0o700);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return await FolderLock.take(folder);
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    throw diskError(error, folder);
  }
}

async function bringUp(
  folder: string,
  { network, node }: DataFolderOwner,
  now: () => number,
  migrations: readonly Migration[],
  openStore: (path: string) => Promise<LevelStore>,
): Promise<void> {
  const newest = migrations.at(-1)?.to ?? SCHEMA;
  const known = await readFormat(folder);
  if (known !== undefined) requireOwn(folder, known, { network, node }, newest);
  const createdAt = known?.createdAt ?? new Date(now()).toISOString();
  const hasData = existsSync(join(folder, 'db'));
  let schema = known?.schema ?? (hasData ? 1 : newest);
  for (const { from, to, run } of migrations) {
    if (from !== schema) continue;
    const store = await openStore(join(folder, 'db'));
    try {
      await run(store);
    } finally {
      await store.close();
    }
    // Only a step that is done is noted; until then it is made again, which changes nothing that it has made.
    schema = to;
    await writeFormat(folder, { schema, network, node, createdAt });
  }
  if (known === undefined && schema === newest)
    await writeFormat(folder, { schema, network, node, createdAt });
}

function requireOwn(folder: string, known: FolderFormat, owner: DataFolderOwner, newest: number): void {
  const wrong = (['network', 'node'] as const).find((key) => known[key] !== owner[key]);
  if (wrong !== undefined) {
    throw new DataFolderError(
      'DATA_FOLDER_FOREIGN',
      `data folder ${folder}: got ${wrong} ${known[wrong].slice(0, 16)}, expected ${owner[wrong].slice(0, 16)}`,
      { metadata: { folder, field: wrong }, hint: 'give each node of each network a data folder of its own' },
    );
  }
  if (known.schema > newest) {
    throw new DataFolderError(
      'DATA_FOLDER_NEWER',
      `data folder ${folder}: got schema ${known.schema}, expected at most ${newest}`,
      { metadata: { folder, schema: known.schema }, hint: 'run the release that wrote it, or a later one' },
    );
  }
}

function diskError(error: unknown, folder: string): unknown {
  if (error instanceof StoreError || error instanceof DataFolderError) return error;
  if (isDiskFault(error)) {
    return new StoreError('DISK_FULL', `the disk of data folder ${folder} takes no more`, {
      cause: error,
      hint: 'free space on it, or raise the quota',
    });
  }
  if (!(error instanceof Error && 'code' in error)) return error;
  return new DataFolderError(
    'DATA_FOLDER_UNWRITABLE',
    `data folder ${folder} cannot be written: ${error.code}`,
    {
      metadata: { folder, reason: error.code },
      hint: 'check that the folder belongs to the user that runs the node',
      cause: error,
    },
  );
}
