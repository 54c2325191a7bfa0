import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Level } from 'level';
import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import { makeFolder } from '../files/make-folder.ts';
import { openError, operationError, StoreError } from './errors.ts';
import { WriteQueue } from './write-queue.ts';

const GROUP_AND_WORLD = 0o077;
const MAX_KEY_LENGTH = 1024;
const SUB_NAME = /^[a-z0-9-]{1,64}$/;
/** Ends the path of a store inside the database; no name can hold it. */
const PATH_END = '!';

type Database = Level<string, Uint8Array>;

/**
 * A {@link KeyValueStore} in a data folder, over LevelDB. Writes are synced to disk before they resolve, and take
 * effect in the order in which they were asked for. Keys order by their UTF-8 bytes.
 */
export class LevelStore implements KeyValueStore {
  readonly #database: Database;
  readonly #queue: WriteQueue;
  readonly #path: string;

  private constructor(database: Database, queue: WriteQueue, path: string) {
    this.#database = database;
    this.#queue = queue;
    this.#path = path;
  }

  /**
   * Opens the database in `folder`, which is created with mode 0700 where it is missing.
   *
   * @throws StoreError `DATA_DIR_LOCKED` when another process has it open, `DATA_DIR_PERMISSIONS` when group or
   *   others may enter it, `DATA_DIR_CORRUPT`, `DATA_DIR_UNREADABLE`, `DISK_FULL`.
   */
  static async open(folder: string): Promise<LevelStore> {
    const location = resolve(folder);
    try {
      await makeFolder(location);
      await requirePrivate(location);
      const database: Database = new Level(location, { keyEncoding: 'utf8', valueEncoding: 'view' });
      await database.open();
      const queue = new WriteQueue((operations) => database.batch([...operations], { sync: true }));
      return new LevelStore(database, queue, '');
    } catch (error) {
      throw openError(error, folder);
    }
  }

  /**
   * A store of its own inside this one: its keys and this one's never meet.
   *
   * @param name 1 to 64 of a-z, 0-9 and -.
   * @throws StoreError `STORE_NAME_INVALID`.
   */
  sub(name: string): LevelStore {
    if (!SUB_NAME.test(name)) {
      throw new StoreError(
        'STORE_NAME_INVALID',
        `store name: got ${JSON.stringify(name.slice(0, 80))}, expected 1 to 64 of a-z, 0-9 and -`,
      );
    }
    const path = this.#path === '' ? name : `${this.#path}.${name}`;
    return new LevelStore(this.#database, this.#queue, path);
  }

  /** @throws StoreError `STORE_KEY_INVALID`, `STORE_CLOSED`. */
  async get(key: string): Promise<Uint8Array | undefined> {
    const stored = this.#storedKey(key);
    return this.#attempt(() => this.#database.get(stored));
  }

  /**
   * Applies all operations or none; when it resolves they are on disk. Later ones win where a key repeats.
   *
   * @throws StoreError `STORE_KEY_INVALID`, `STORE_CLOSED`, `DISK_FULL`, `STORE_FAILED`. After a failed write the
   *   database takes no more until it is opened anew.
   */
  async write(operations: readonly StoreOperation[]): Promise<void> {
    if (operations.length === 0) return;
    const stored = this.#stored(operations);
    await this.#attempt(() => this.#queue.write(stored));
  }

  /** As {@link write}, over several stores inside this one: all operations of all of them, or none. */
  async writeTogether(
    parts: readonly (readonly [store: LevelStore, operations: readonly StoreOperation[]])[],
  ): Promise<void> {
    const stored = parts.flatMap(([store, operations]) => store.#stored(operations));
    await this.#attempt(() => this.#queue.write(stored));
  }

  /** The entries as they stand at the first step; writes made while iterating do not show. */
  async *entries(prefix: string): AsyncIterable<readonly [key: string, value: Uint8Array]> {
    const strip = this.#path.length + PATH_END.length;
    const from = `${this.#path}${PATH_END}${prefix}`;
    this.#requireOpen();
    try {
      for await (const [key, value] of this.#database.iterator({ gte: from })) {
        if (!key.startsWith(from)) return;
        yield [key.slice(strip), value];
      }
    } catch (error) {
      throw operationError(error);
    }
  }

  /** Gives the disk back what was deleted. It takes the time that copying the rest takes. */
  async compact(): Promise<void> {
    await this.#queue.idle();
    const database: unknown = this.#database;
    if (isCompactable(database)) await this.#attempt(() => database.compactRange('', '\uffff'));
  }

  /** Waits for the writes under way and frees the folder, for this store and all of its subs. */
  async close(): Promise<void> {
    await this.#queue.idle();
    await this.#database.close();
  }

  /** Values are copied, so that a caller may use its buffers again at once. */
  #stored(operations: readonly StoreOperation[]) {
    return operations.map((operation) => {
      const key = this.#storedKey(operation.key);
      return operation.type === 'put'
        ? { type: 'put' as const, key, value: Uint8Array.from(operation.value) }
        : { type: 'del' as const, key };
    });
  }

  #storedKey(key: string): string {
    if (key.length > 0 && key.length <= MAX_KEY_LENGTH && key.isWellFormed()) {
      return `${this.#path}${PATH_END}${key}`;
    }
    throw new StoreError(
      'STORE_KEY_INVALID',
      `store key: got ${JSON.stringify(key.slice(0, 80))} (${key.length} characters), ` +
        `expected 1 to ${MAX_KEY_LENGTH} well-formed characters`,
    );
  }

  #requireOpen(): void {
    if (this.#database.status === 'open') return;
    throw new StoreError('STORE_CLOSED', 'the store is closed', {
      hint: 'a task outlived the node that owned it',
    });
  }

  async #attempt<T>(action: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    try {
      return await action();
    } catch (error) {
      throw operationError(error);
    }
  }
}

async function requirePrivate(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & GROUP_AND_WORLD) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  throw new StoreError('DATA_DIR_PERMISSIONS', `data folder ${folder} has mode ${octal}, expected 0700`, {
    metadata: { folder, mode: octal },
    hint: `chmod 700 ${folder}`,
  });
}

/** LevelDB can; the types are of what every implementation of `level` can. */
function isCompactable(
  database: unknown,
): database is { readonly compactRange: (from: string, to: string) => Promise<void> } {
  return typeof database === 'object' && database !== null && 'compactRange' in database;
}
