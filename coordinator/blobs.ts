import { BoundedCache } from '../protocol/cache.ts';
import { type Digest, digestOfBytes } from '../protocol/digest.ts';
import type { KeyValueStore, StoreOperation } from '../protocol/store.ts';
import { roundKey } from './keys.ts';

const NOTHING = new Uint8Array();

/** Where a blob stands, and where it says that a round brought it. */
type Keys = { readonly round: number; readonly blob: string; readonly of: string };

/**
 * Keys of the last blobs. A body is looked for several times as it comes, by every member of a process, and a store
 * in memory then holds one string for all of them.
 */
const keys = new BoundedCache<Keys>(1 << 14);

function keysOf(round: number, digest: Digest): Keys {
  const known = keys.get(digest);
  if (known?.round === round) return known;
  const made = { round, blob: blobKey(digest), of: roundKey('blob-of', round, digest) };
  keys.set(digest, made, 1);
  return made;
}

const blobKey = (digest: Digest): string => keys.get(digest)?.blob ?? `blob/${digest}`;

/** Weights and updates by the digest of their bytes, remembered with the round that brought them. */
export class Blobs {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  get(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#store.get(blobKey(digest));
  }

  async put(round: number, bytes: Uint8Array): Promise<Digest> {
    const digest = digestOfBytes(bytes);
    await this.keep(round, digest, bytes);
    return digest;
  }

  /** @param digest of the bytes, as their transport has checked. */
  async keep(round: number, digest: Digest, bytes: Uint8Array): Promise<void> {
    const { blob, of } = keysOf(round, digest);
    await this.#store.write([
      { type: 'put', key: blob, value: bytes },
      { type: 'put', key: of, value: NOTHING },
    ]);
  }

  /** Whether a round brought this blob. */
  async isOf(round: number, digest: Digest): Promise<boolean> {
    return (await this.#store.get(keysOf(round, digest).of)) !== undefined;
  }

  /** The writes that forget a round's blobs; those in `keep` are from now on blobs of the round `keptFor`. */
  async forgetting(round: number, keep: ReadonlySet<Digest>, keptFor: number): Promise<StoreOperation[]> {
    const operations: StoreOperation[] = [];
    for await (const [key] of this.#store.entries(`${roundKey('blob-of', round)}/`)) {
      const digest = key.slice(key.lastIndexOf('/') + 1);
      operations.push({ type: 'delete', key });
      operations.push(
        keep.has(digest)
          ? { type: 'put', key: roundKey('blob-of', keptFor, digest), value: NOTHING }
          : { type: 'delete', key: blobKey(digest) },
      );
    }
    return operations;
  }
}
