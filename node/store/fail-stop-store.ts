import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import { StoreError } from './errors.ts';

/** A store with stores inside it. */
export interface NodeStore extends KeyValueStore {
  sub(name: string): NodeStore;
  close(): Promise<void>;
}

type Shared = { failure: StoreError | undefined; readonly onFailure: (error: StoreError) => void };

const PROBE_BYTES = 64 * 1024;

/**
 * A store that takes nothing more after its first fault, and tells of it once: what was refused once must not be
 * followed by what depended on it. LevelDB keeps its own error state until it is opened anew.
 */
export class FailStopStore implements NodeStore {
  readonly #inner: NodeStore;
  readonly #shared: Shared;

  private constructor(inner: NodeStore, shared: Shared) {
    this.#inner = inner;
    this.#shared = shared;
  }

  /** @param onFailure hears of the first fault, before whoever asked does. */
  static over(inner: NodeStore, onFailure: (error: StoreError) => void): FailStopStore {
    return new FailStopStore(inner, { failure: undefined, onFailure });
  }

  sub(name: string): FailStopStore {
    return new FailStopStore(this.#inner.sub(name), this.#shared);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#attempt(() => this.#inner.get(key));
  }

  write(operations: readonly StoreOperation[]): Promise<void> {
    return this.#attempt(() => this.#inner.write(operations));
  }

  async *entries(prefix: string): AsyncIterable<readonly [key: string, value: Uint8Array]> {
    if (this.#shared.failure !== undefined) throw this.#shared.failure;
    try {
      yield* this.#inner.entries(prefix);
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** Writes and forgets 64 KiB. @throws StoreError `DISK_FULL`, `STORE_FAILED` where the store does not take them. */
  async probe(): Promise<void> {
    const store = this.sub('probe');
    await store.write([{ type: 'put', key: 'probe', value: new Uint8Array(PROBE_BYTES) }]);
    await store.write([{ type: 'delete', key: 'probe' }]);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #attempt<T>(action: () => Promise<T>): Promise<T> {
    if (this.#shared.failure !== undefined) throw this.#shared.failure;
    try {
      return await action();
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** A fault of the disk, not a mistake of the caller's, ends the store. */
  #noted(error: unknown): unknown {
    const isFault =
      error instanceof StoreError && (error.code === 'DISK_FULL' || error.code === 'STORE_FAILED');
    if (isFault && this.#shared.failure === undefined) {
      this.#shared.failure = error;
      this.#shared.onFailure(error);
    }
    return error;
  }
}
