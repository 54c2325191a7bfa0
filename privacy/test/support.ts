import { createCipheriv, createHash } from 'node:crypto';
import { BallastError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';

/** A reproducible byte stream: AES-128 in counter mode under a key made from the seed. */
export function seededBytes(seed: string): RandomBytes {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  return (length) => Uint8Array.from(cipher.update(Buffer.alloc(length)));
}

/** A store over memory that can be told to fail, or to crash: before a write is durable, or just after. */
export class MemoryStore implements KeyValueStore {
  entriesByKey = new Map<string, Uint8Array>();
  writes = 0;
  failAt: { readonly write: number; readonly when: 'before' | 'after' } | undefined;

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.entriesByKey.get(key);
  }

  async write(operations: readonly StoreOperation[]): Promise<void> {
    this.writes += 1;
    const failing = this.failAt?.write === this.writes ? this.failAt.when : undefined;
    if (failing === 'before') throw new Error('crash before the sync');
    await Promise.resolve();
    for (const operation of operations) {
      if (operation.type === 'put') this.entriesByKey.set(operation.key, Uint8Array.from(operation.value));
      else this.entriesByKey.delete(operation.key);
    }
    if (failing === 'after') throw new Error('crash after the sync');
  }

  async *entries(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const keys = [...this.entriesByKey.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) {
      const value = this.entriesByKey.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  copy(): MemoryStore {
    const other = new MemoryStore();
    other.entriesByKey = new Map(this.entriesByKey);
    return other;
  }
}

/** The error that `work` raises, for tests of codes. */
export async function refusal(work: () => unknown): Promise<BallastError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error('expected a refusal, got none');
}
