import { existsSync } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { networkId } from '../../protocol/network.ts';
import type { StoreOperation } from '../../protocol/store.ts';
import { DataFolder } from '../data-folder/index.ts';
import { syncFolder } from '../files/sync-folder.ts';
import { systemCode } from '../files/system-code.ts';
import { keystoreName, readKeystoreText, writeKeystoreText } from '../keys/index.ts';
import { LevelStore } from '../store/index.ts';
import { entriesOf, entryName, KEYSTORE_ENTRY, LEDGER, type NodeFiles, ROUND } from './backup.ts';
import { BackupError } from './backup-error.ts';
import { unsealBackup } from './backup-format.ts';

export type Restoration = {
  readonly node: string;
  /** When the backup was made, ISO 8601. */
  readonly createdAt: string;
  readonly ledgerEntries: number;
  readonly voteEntries: number;
};

export type RestoreOptions = {
  /** Replace what the data folder holds. */
  readonly force?: boolean;
  /** What the database is opened with. */
  readonly openStore?: (path: string) => Promise<LevelStore>;
};

const MAX_BACKUP_BYTES = 2 ** 30;
const STORES = [ROUND, LEDGER] as const;
type Contents = Readonly<Record<(typeof STORES)[number], StoreOperation[]>>;

/**
 * Puts a backup back: the keystore where it is missing, then votes and ledger. The data folder is marked as restored,
 * so the node signs and trains nothing until its peers have told it that it has forgotten nothing. After a crash the
 * folder holds what it held before or all of the backup; running it again is safe.
 *
 * @throws BackupError `BACKUP_UNREADABLE`, `BACKUP_DAMAGED`, `BACKUP_MALFORMED`, `BACKUP_PASSPHRASE`, `BACKUP_FOREIGN`
 *   for another node or network, `RESTORE_FOLDER_IN_USE` without `force`, `RESTORE_WOULD_FORGET` where the folder's
 *   ledger has more debits than the backup, `force` or not; DataFolderError `DATA_FOLDER_LOCKED`; StoreError.
 */
export async function restoreData(
  files: NodeFiles,
  path: string,
  { force = false, openStore = LevelStore.open }: RestoreOptions = {},
): Promise<Restoration> {
  const { name, entries } = await unsealBackup(await readBackup(path), files.passphrase, path);
  const network = networkId(files.document);
  if (name.network !== network) throw foreign(path, 'network', name.network, network);
  const keystore = entries.get(KEYSTORE_ENTRY);
  if (keystore === undefined) throw new BackupError('BACKUP_MALFORMED', `backup ${path} has no keystore`);
  const text = Buffer.from(keystore).toString('utf8');
  const isKeystoreMissing = !existsSync(files.keystore);
  if (!isKeystoreMissing) {
    const { nodeId } = keystoreName(await readKeystoreText(files.keystore), files.keystore);
    if (nodeId !== name.node) throw foreign(path, 'node', name.node, nodeId);
  }
  const contents: Contents = { round: operations(entries, ROUND), ledger: operations(entries, LEDGER) };
  const owner = { network, node: name.node };
  const dataDir = resolve(files.dataDir);
  const holdsData = ['db', 'format.json'].some((file) => existsSync(join(dataDir, file)));
  if (holdsData && !force) {
    throw new BackupError('RESTORE_FOLDER_IN_USE', `data folder ${dataDir}: it holds data already`, {
      metadata: { dataDir },
      hint: 'restore into another folder, or give --force to replace what it holds',
    });
  }
  if (holdsData) await replaceContents(dataDir, owner, contents, openStore);
  else await makeFolder(dataDir, owner, contents, openStore);
  // Last: a keystore without its votes and ledger would start as a node that has never signed.
  if (isKeystoreMissing) await writeKeystoreText(files.keystore, text);
  return {
    node: name.node,
    createdAt: name.createdAt,
    ledgerEntries: contents.ledger.length,
    voteEntries: contents.round.length,
  };
}

type Owner = { readonly network: string; readonly node: string };

/** Built beside, then renamed: the folder is there whole or not at all. */
async function makeFolder(
  dataDir: string,
  owner: Owner,
  contents: Contents,
  openStore: (path: string) => Promise<LevelStore>,
): Promise<void> {
  const draft = `${dataDir}.restoring`;
  await rm(draft, { recursive: true, force: true });
  const folder = await DataFolder.open(draft, owner);
  try {
    await folder.markRestored();
    const store = await openStore(folder.database);
    try {
      await store.writeTogether(STORES.map((name) => [store.sub(name), contents[name]] as const));
    } finally {
      await store.close();
    }
  } finally {
    await folder.close();
  }
  await rename(draft, dataDir);
  await syncFolder(dirname(dataDir));
}

/** One batch over the database: LevelDB applies all of it or nothing. */
async function replaceContents(
  dataDir: string,
  owner: Owner,
  contents: Contents,
  openStore: (path: string) => Promise<LevelStore>,
): Promise<void> {
  const folder = await DataFolder.open(dataDir, owner);
  try {
    const store = await openStore(folder.database);
    try {
      const parts: (readonly [LevelStore, readonly StoreOperation[]])[] = [];
      for (const name of STORES) {
        const part = store.sub(name);
        const old = await entriesOf(part, () => true);
        if (name === LEDGER) requireRemembered(dataDir, old, contents.ledger);
        const removals = old.map(([key]) => ({ type: 'delete', key }) as const);
        parts.push([part, [...removals, ...contents[name]]]);
      }
      // Before the batch: marked without need is harmless, restored without a mark is not.
      await folder.markRestored();
      await store.writeTogether(parts);
    } finally {
      await store.close();
    }
  } finally {
    await folder.close();
  }
}

function requireRemembered(
  dataDir: string,
  old: readonly (readonly [string, Uint8Array])[],
  debits: readonly StoreOperation[],
): void {
  if (old.length <= debits.length) return;
  throw new BackupError(
    'RESTORE_WOULD_FORGET',
    `data folder ${dataDir}: its ledger has ${old.length} entries, the backup ${debits.length}`,
    {
      metadata: { dataDir, held: old.length, inBackup: debits.length },
      hint: 'take a newer backup; a privacy debit that was made must never be forgotten',
    },
  );
}

function operations(entries: ReadonlyMap<string, Uint8Array>, store: string): StoreOperation[] {
  const prefix = entryName(store, '');
  return [...entries]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => ({ type: 'put', key: name.slice(prefix.length), value }));
}

async function readBackup(path: string): Promise<Buffer> {
  try {
    const status = await stat(path);
    if (status.isFile() && status.size <= MAX_BACKUP_BYTES) return await readFile(path);
  } catch (error) {
    const reason = systemCode(error);
    throw new BackupError('BACKUP_UNREADABLE', `backup ${path} cannot be read: ${reason}`, {
      metadata: { path, reason },
    });
  }
  throw new BackupError(
    'BACKUP_UNREADABLE',
    `backup ${path}: expected a file of at most ${MAX_BACKUP_BYTES} bytes`,
    { metadata: { path } },
  );
}

function foreign(path: string, field: 'node' | 'network', got: string, expected: string): BackupError {
  return new BackupError(
    'BACKUP_FOREIGN',
    `backup ${path}: it is of ${field} ${got.slice(0, 16)}, expected ${expected.slice(0, 16)}`,
    {
      metadata: { path, field },
      hint: field === 'node' ? 'give the keystore of that node' : 'give the network.json of that network',
    },
  );
}
