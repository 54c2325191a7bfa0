import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import type { Scheduler } from './scheduler.ts';

/** Hears of the n-th write before it is begun and when it is durable; the power may go at either moment. */
export type WriteTap = (write: number, when: 'before' | 'after') => void;

/**
 * A disk in virtual time: a write is durable a moment after it was asked for, and a crash before that moment
 * loses it, in order, as a write-ahead log does.
 */
export class MemoryStore implements KeyValueStore {
  readonly #scheduler: Pick<Scheduler, 'after'>;
  readonly #syncMs: number;
  readonly #durable = new Map<string, Uint8Array>();
  readonly #tap: WriteTap;
  #writes = 0;
  /** Writes of an earlier life never become durable. */
  #life = 0;

  constructor(scheduler: Pick<Scheduler, 'after'>, syncMs: number, tap: WriteTap = () => undefined) {
    this.#tap = tap;
    this.#scheduler = scheduler;
    this.#syncMs = syncMs;
  }

  /** What is durable now under a key: not to be changed. */
  peek(key: string): Uint8Array | undefined {
    return this.#durable.get(key);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const value = this.#durable.get(key);
    return value === undefined ? undefined : Uint8Array.from(value);
  }

  write(operations: readonly StoreOperation[]): Promise<void> {
    const count = ++this.#writes;
    const life = this.#life;
    this.#tap(count, 'before');
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
        this.#tap(count, 'after');
        if (life === this.#life) resolve();
      });
    });
  }

  async *entries(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const found = [...this.#durable].filter(([key]) => key.startsWith(prefix));
    found.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, value] of found) yield [key, Uint8Array.from(value)];
  }

  /** The disk as one process has it: after a crash nothing that this process still does reaches it. */
  ofThisLife(): KeyValueStore {
    const life = this.#life;
    return {
      get: (key) => this.get(key),
      entries: (prefix) => this.entries(prefix),
      write: (operations) => (life === this.#life ? this.write(operations) : new Promise(() => undefined)),
    };
  }

  /** What is durable now. */
  copy(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#durable].map(([key, value]) => [key, Uint8Array.from(value)]));
  }

  /** The power goes, and what comes back is an older copy. */
  restore(copy: ReadonlyMap<string, Uint8Array>): void {
    this.crash(() => true);
    for (const [key, value] of copy) this.#durable.set(key, Uint8Array.from(value));
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
