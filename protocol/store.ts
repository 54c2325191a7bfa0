/** One change of a {@link KeyValueStore}. */
export type StoreOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: string };

/**
 * Durable storage as the core sees it. Collaborators implement it over a database; the simulator over memory
 * that forgets what was not yet synced when a node crashes.
 */
export interface KeyValueStore {
  /** The value under `key`, or undefined. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Applies all operations or none; when it resolves they survive a crash. */
  write(operations: readonly StoreOperation[]): Promise<void>;
  /** All entries whose key starts with `prefix`, in ascending order of key. */
  entries(prefix: string): AsyncIterable<readonly [key: string, value: Uint8Array]>;
}
