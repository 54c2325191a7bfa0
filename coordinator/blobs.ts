import { type Digest, digestOfBytes } from '../protocol/digest.ts';
import type { KeyValueStore, StoreOperation } from '../protocol/store.ts';
import { roundKey } from './keys.ts';

const NOTHING = new Uint8Array();

/** Weights and updates by the digest of their bytes, remembered with the round that brought them. */
export class Blobs {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  get(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#store.get(`blob/${digest}`);
  }

  async put(round: number, bytes: Uint8Array): Promise<Digest> {
    const digest = digestOfBytes(bytes);
    await this.keep(round, digest, bytes);
    return digest;
  }

  /** @param digest of the bytes, as their transport has checked. */
  async keep(round: number, digest: Digest, bytes: Uint8Array): Promise<void> {
    await this.#store.write([
      { type: 'put', key: `blob/${digest}`, value: bytes },
      { type: 'put', key: roundKey('blob-of', round, digest), value: NOTHING },
    ]);
  }

  /** Whether a round brought this blob. */
  async isOf(round: number, digest: Digest): Promise<boolean> {
    return (await this.#store.get(roundKey('blob-of', round, digest))) !== undefined;
  }

  /** The writes that forget a round's blobs; those in `keep` are from now on blobs of the round `keptFor`. */
  async forgetting(round: number, keep: ReadonlySet<Digest>, keptFor: number): Promise<StoreOperation[]> {
    const operations: StoreOperation[] = [];
    for await (const [key] of this.#store.entries(`${roundKey('blob-of', round)}/`)) {
      const digest = key.slice(key.lastIndexOf('/') + 1);
      operations.push({ type: 'delete', key });
      operations.push(
        keep.has(digest)
          ? { type: 'put', key: roundKey('blob-of', keptFor, digest), value: new Uint8Array() }
          : { type: 'delete', key: `blob/${digest}` },
      );
    }
    return operations;
  }
}
