import { type Digest, digestOfBytes } from '../protocol/digest.ts';
import type { KeyValueStore, StoreOperation } from '../protocol/store.ts';
import { roundKey } from './keys.ts';

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
    await this.#store.write([
      { type: 'put', key: `blob/${digest}`, value: bytes },
      { type: 'put', key: roundKey('blob-of', round, digest), value: new Uint8Array() },
    ]);
    return digest;
  }

  /** Whether a round brought this blob. */
  async isOf(round: number, digest: Digest): Promise<boolean> {
    return (await this.#store.get(roundKey('blob-of', round, digest))) !== undefined;
  }

  /** The deletions that forget a round's blobs, save those in `keep`. */
  async forgetting(round: number, keep: ReadonlySet<Digest>): Promise<StoreOperation[]> {
    const operations: StoreOperation[] = [];
    for await (const [key] of this.#store.entries(`${roundKey('blob-of', round)}/`)) {
      const digest = key.slice(key.lastIndexOf('/') + 1);
      operations.push({ type: 'delete', key });
      if (!keep.has(digest)) operations.push({ type: 'delete', key: `blob/${digest}` });
    }
    return operations;
  }
}
