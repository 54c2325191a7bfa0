import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aggregatorOf, type Head, networkGenesis, RoundLog } from '../../coordinator/index.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import { DataFolder } from '../data-folder/index.ts';
import { writeSecretFile } from '../files/secret-file.ts';
import { systemCode } from '../files/system-code.ts';
import { DEFAULT_SCRYPT_COST, openKeystore, readKeystoreText } from '../keys/index.ts';
import { createModel, parseModelSpec } from '../models/index.ts';
import { LevelStore } from '../store/index.ts';
import { BackupError } from './backup-error.ts';
import { sealBackup } from './backup-format.ts';

/** What a backup is made of, and where it is put back. */
export type NodeFiles = {
  readonly document: NetworkDocument;
  /** Path of the node's keystore. */
  readonly keystore: string;
  /** The keystore's, which also seals the backup. */
  readonly passphrase: string;
  readonly dataDir: string;
};

export type Backup = {
  readonly path: string;
  readonly node: string;
  readonly bytes: number;
  /** Privacy debits in it, and things that the node has signed. */
  readonly ledgerEntries: number;
  readonly voteEntries: number;
  /** The last round that the node had in its log. */
  readonly round: number;
};

/** The stores of a data folder whose loss cannot be made good. */
export const LEDGER = 'ledger';
export const ROUND = 'round';
/** What peers serve again, and what grows without bound: left out. */
const PUBLIC = [
  'log/',
  'record/',
  'roll/',
  'version/',
  'committee/',
  'checkpoint/',
  'transcript/',
  'blob/',
  'blob-of/',
  'archive/',
];

/** Whether peers serve again what a key of the round store holds. */
export const isPublic = (key: string): boolean => PUBLIC.some((prefix) => key.startsWith(prefix));

/** A piece of a backup that belongs to a store. */
export const entryName = (store: string, key: string): string => `${store}:${key}`;
export const KEYSTORE_ENTRY = 'keystore.json';
const HEAD_ENTRY = 'head.json';

/**
 * Writes keys, votes, locks, counters, privacy ledger and the log's head to one sealed file of mode 0600. The node must
 * be stopped.
 *
 * @param path must not exist.
 * @throws BackupError `BACKUP_EXISTS`, `BACKUP_NOTHING`, `BACKUP_UNWRITABLE`; KeystoreError; DataFolderError
 *   `DATA_FOLDER_LOCKED` while the node runs, `DATA_FOLDER_FOREIGN`; StoreError.
 */
export async function backupData(
  files: NodeFiles,
  path: string,
  { now, scryptCost = DEFAULT_SCRYPT_COST }: { readonly now: () => number; readonly scryptCost?: number },
): Promise<Backup> {
  const { document, keystore, passphrase, dataDir } = files;
  if (existsSync(path)) throw exists(path);
  const { nodeId } = await openKeystore(keystore, passphrase);
  requireData(dataDir);
  const network = networkId(document);
  const folder = await DataFolder.open(dataDir, { network, node: nodeId });
  try {
    const store = await LevelStore.open(folder.database);
    try {
      const votes = await entriesOf(store.sub(ROUND), (key) => !isPublic(key));
      const debits = await entriesOf(store.sub(LEDGER), () => true);
      const head = await headOf(store.sub(ROUND), document);
      const sealed = await sealBackup(
        { node: nodeId, network, createdAt: new Date(now()).toISOString() },
        [
          [KEYSTORE_ENTRY, Buffer.from(await readKeystoreText(keystore))],
          [HEAD_ENTRY, Buffer.from(JSON.stringify({ round: head.round, entry: head.entry }))],
          ...votes.map(([key, value]) => [entryName(ROUND, key), value] as const),
          ...debits.map(([key, value]) => [entryName(LEDGER, key), value] as const),
        ],
        passphrase,
        scryptCost,
      );
      await write(path, sealed);
      return {
        path,
        node: nodeId,
        bytes: sealed.length,
        ledgerEntries: debits.length,
        voteEntries: votes.length,
        round: head.round,
      };
    } finally {
      await store.close();
    }
  } finally {
    await folder.close();
  }
}

export async function entriesOf(
  store: KeyValueStore,
  wanted: (key: string) => boolean,
): Promise<(readonly [string, Uint8Array])[]> {
  const entries: (readonly [string, Uint8Array])[] = [];
  for await (const [key, value] of store.entries('')) if (wanted(key)) entries.push([key, value]);
  return entries;
}

/** The last certified round in a node's log. */
export async function headOf(store: KeyValueStore, document: NetworkDocument): Promise<Head> {
  const { size } = createModel(parseModelSpec(document.model));
  const log = await RoundLog.open(store, networkGenesis(document, aggregatorOf(document.parameters), size));
  return log.head;
}

function requireData(dataDir: string): void {
  if (existsSync(join(dataDir, 'db'))) return;
  throw new BackupError('BACKUP_NOTHING', `data folder ${dataDir}: got nothing, expected a node's data`, {
    metadata: { dataDir },
    hint: 'the keystore alone needs no backup command: copy the file',
  });
}

async function write(path: string, content: Buffer): Promise<void> {
  let isWritten: boolean;
  try {
    isWritten = await writeSecretFile(path, content);
  } catch (error) {
    const reason = systemCode(error);
    throw new BackupError('BACKUP_UNWRITABLE', `backup ${path} cannot be written: ${reason}`, {
      metadata: { path, reason },
    });
  }
  if (!isWritten) throw exists(path);
}

function exists(path: string): BackupError {
  return new BackupError('BACKUP_EXISTS', `backup ${path} exists already, and is never replaced`, {
    metadata: { path },
    hint: 'give another name, such as one with the date',
  });
}
