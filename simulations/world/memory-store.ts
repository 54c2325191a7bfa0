import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * A disk in virtual time: a write is durable a moment after it was asked for, and a crash before that moment
 * loses it, in order, as a write-ahead log does.
 */
export class MemoryStore implements KeyValueStore {
  readonly #scheduler: Scheduler;
  readonly #syncMs: number;
  readonly #durable = new Map<string, Uint8Array>();
  /** Writes of an earlier life never become durable. */
  #life = 0;

  constructor(scheduler: Scheduler, syncMs: number) {
    this.#scheduler = scheduler;
    this.#syncMs = syncMs;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const value = this.#durable.get(key);
    return value === undefined ? undefined : Uint8Array.from(value);
  }

  write(operations: readonly StoreOperation[]): Promise<void> {
    const life = this.#life;
    return new Promise((resolve) => {
      this.#scheduler.after(this.#syncMs, () => {
        if (life !== this.#life) return;
        for (const operation of operations) {
          if (operation.type === 'put') this.#durable.set(operation.key, Uint8Array.from(operation.value));
          else this.#durable.delete(operation.key);
        }
        resolve();
      });
    });
  }

  async *entries(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const keys = [...this.#durable.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) {
      const value = this.#durable.get(key);
      if (value !== undefined) yield [key, Uint8Array.from(value)];
    }
  }

  /** The power goes: what was not yet durable is gone, and those who wait for it wait for ever. */
  crash(): void {
    this.#life += 1;
  }
}
