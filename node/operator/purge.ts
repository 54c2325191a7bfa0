import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Head } from '../../coordinator/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import type { StoreOperation } from '../../protocol/store.ts';
import { DataFolder } from '../data-folder/index.ts';
import { keystoreName, readKeystoreText } from '../keys/index.ts';
import { LevelStore } from '../store/index.ts';
import { entriesOf, headOf, isPublic, ROUND } from './backup.ts';

/**
 * - `models`: bodies of updates, models and states of rounds that are over, transcripts and archive; the model and the
 *   state that the next round builds on stay.
 * - `all-but-keys`: all that peers serve again, and what was watched of the model. What was signed, the privacy ledger
 *   and the keystore stay.
 */
export type PurgeScope = 'models' | 'all-but-keys';

export type Purged = {
  readonly scope: PurgeScope;
  readonly entries: number;
  /** Of the values. */
  readonly bytes: number;
  /** The last round that the node had in its log. */
  readonly round: number;
};

export type PurgeFiles = {
  readonly document: NetworkDocument;
  readonly keystore: string;
  readonly dataDir: string;
};

const MONITOR = 'monitor';
const NOTES = 'notes';
const BODIES = ['archive/', 'transcript/'];

/**
 * Deletes what can be had again from a stopped node's folder, all of it or nothing.
 *
 * After `all-but-keys` the folder is marked as restored: what the node signed in rounds that are over is deleted with
 * their log, so it abstains until its peers have told it where they are.
 *
 * @param confirm sees what would be deleted; false deletes nothing.
 * @returns undefined where it was not confirmed.
 * @throws UsageError `PURGE_NOTHING`; DataFolderError `DATA_FOLDER_LOCKED` while the node runs,
 *   `DATA_FOLDER_FOREIGN`; KeystoreError; StoreError.
 */
export async function purgeData(
  { document, keystore, dataDir }: PurgeFiles,
  scope: PurgeScope,
  confirm: (plan: Purged) => Promise<boolean>,
): Promise<Purged | undefined> {
  if (!existsSync(join(dataDir, 'db'))) {
    throw new UsageError('PURGE_NOTHING', `data folder ${dataDir}: got nothing, expected a node's data`, {
      metadata: { dataDir },
    });
  }
  const { nodeId } = keystoreName(await readKeystoreText(keystore), keystore);
  const folder = await DataFolder.open(dataDir, { network: networkId(document), node: nodeId });
  try {
    const store = await LevelStore.open(folder.database);
    try {
      const head = await headOf(store.sub(ROUND), document);
      const doomed = await doomedIn(store, scope, head, document);
      const plan = { scope, round: head.round, ...sizeOf(doomed) };
      if (!(await confirm(plan))) return undefined;
      // Before the batch: marked without need is harmless, forgotten without a mark is not.
      if (scope === 'all-but-keys') await folder.markRestored();
      await store.writeTogether(doomed.map(({ part, keys }) => [part, keys.map(deletion)] as const));
      await store.compact();
      return plan;
    } finally {
      await store.close();
    }
  } finally {
    await folder.close();
  }
}

type Doomed = { readonly part: LevelStore; readonly keys: readonly string[]; readonly bytes: number };

const deletion = (key: string): StoreOperation => ({ type: 'delete', key });

async function doomedIn(
  store: LevelStore,
  scope: PurgeScope,
  head: Head,
  document: NetworkDocument,
): Promise<readonly Doomed[]> {
  const round = store.sub(ROUND);
  if (scope === 'models') return [await inPart(round, await isOldBody(round, head, document))];
  const whole = [MONITOR, NOTES].map((name) => inPart(store.sub(name), () => true));
  return [await inPart(round, isPublic), ...(await Promise.all(whole))];
}

/** Bodies of rounds up to the last decided one, but for those that the next round builds on. */
async function isOldBody(
  store: LevelStore,
  { round, modelDigest, stateDigest, standing }: Head,
  { genesis }: NetworkDocument,
): Promise<(key: string) => boolean> {
  const kept = new Set<string>([modelDigest, stateDigest, standing, genesis.modelDigest]);
  const isOld = (key: string) => Number(key.split('/')[1]) <= round;
  const digestIn = (key: string) => key.slice(key.lastIndexOf('/') + 1);
  const links = (await entriesOf(store, (key) => key.startsWith('blob-of/'))).map(([key]) => key);
  for (const key of links) if (!isOld(key)) kept.add(digestIn(key));
  return (key) => {
    if (key.startsWith('blob/') || (key.startsWith('blob-of/') && isOld(key)))
      return !kept.has(digestIn(key));
    return BODIES.some((prefix) => key.startsWith(prefix)) && isOld(key);
  };
}

async function inPart(part: LevelStore, isDoomed: (key: string) => boolean): Promise<Doomed> {
  const entries = await entriesOf(part, isDoomed);
  return {
    part,
    keys: entries.map(([key]) => key),
    bytes: entries.reduce((sum, [, value]) => sum + value.length, 0),
  };
}

function sizeOf(doomed: readonly Doomed[]): { readonly entries: number; readonly bytes: number } {
  return {
    entries: doomed.reduce((sum, { keys }) => sum + keys.length, 0),
    bytes: doomed.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
