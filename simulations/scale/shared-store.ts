import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';

/**
 * A disk that never fails and keeps what it is given without copying: members of one process then share the bytes of
 * a body instead of holding it a hundred times. Nobody in a simulation changes bytes that it has handed on.
 */
export class SharedStore implements KeyValueStore {
  readonly #values = new Map<string, Uint8Array>();

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#values.get(key);
  }

  async write(operations: readonly StoreOperation[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === 'put') this.#values.set(operation.key, operation.value);
      else this.#values.delete(operation.key);
    }
  }

  async *entries(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const keys: string[] = [];
    for (const key of this.#values.keys()) if (key.startsWith(prefix)) keys.push(key);
    for (const key of keys.sort()) {
      const value = this.#values.get(key);
      if (value !== undefined) yield [key, value];
    }
  }
}
