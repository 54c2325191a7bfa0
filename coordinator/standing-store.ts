import { BallastError } from '../protocol/errors.ts';
import type { KeyValueStore } from '../protocol/store.ts';
import type { Head } from './entry.ts';
import { decodeStanding, GENESIS_STANDING, type StandingTable, standingDigest } from './standing/index.ts';

/** The table after a head, from this node's own blobs; undefined where it is missing or damaged. */
export async function storedStanding(
  store: Pick<KeyValueStore, 'get'>,
  { standing }: Pick<Head, 'standing'>,
): Promise<StandingTable | undefined> {
  if (standing === standingDigest(GENESIS_STANDING)) return GENESIS_STANDING;
  const bytes = await store.get(`blob/${standing}`);
  if (bytes === undefined) return undefined;
  try {
    const table = decodeStanding(bytes);
    return standingDigest(table) === standing ? table : undefined;
  } catch (error) {
    if (error instanceof BallastError) return undefined;
    throw error;
  }
}
