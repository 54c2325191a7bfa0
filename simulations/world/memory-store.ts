import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * A disk in virtual time: a write is durable a moment after it was asked for, and a crash before that moment
 * loses it, in order, as a write-ahead log does.
 */
export class MemoryStore implements KeyValueStore {
  readonly #scheduler: Pick<Scheduler, 'after'>;
  readonly #syncMs: number;
  readonly #durable = new Map<string, Uint8Array>();
  /** Writes of an earlier life never become durable. */
  #life = 0;

  constructor(scheduler: Pick<Scheduler, 'after'>, syncMs: number) {
    this.#scheduler = scheduler;
    this.#syncMs = syncMs;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const value = this.#durable.get(key);
    return value === undefined ? undefined : Uint8Array.from(value);
  }

  write(operations: readonly StoreOperation[]): Promise<void> {
    const life = this.#life;
    const copies = operations.map((operation) =>
      operation.type === 'put' ? { ...operation, value: Uint8Array.from(operation.value) } : operation,
    );
    return new Promise((resolve) => {
      this.#scheduler.after(this.#syncMs, () => {
        if (life !== this.#life) return;
        for (const operation of copies) {
          if (operation.type === 'put') this.#durable.set(operation.key, operation.value);
          else this.#durable.delete(operation.key);
        }
        resolve();
      });
    });
  }

  async *entries(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const found = [...this.#durable].filter(([key]) => key.startsWith(prefix));
    found.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, value] of found) yield [key, Uint8Array.from(value)];
  }

  /**
   * The power goes: what was not yet durable is gone, and those who wait for it wait for ever.
   *
   * @param loses durable keys that a faulty disk loses as well.
   */
  crash(loses: (key: string) => boolean = () => false): void {
    this.#life += 1;
    for (const key of [...this.#durable.keys()].filter(loses)) this.#durable.delete(key);
  }
}
