import { hash } from 'node:crypto';
import type { RandomBytes } from '../../protocol/random.ts';

/** Seeded randomness of a simulation: SHA-256 in counter mode, so that every draw can be replayed. */
export type SeededRandom = {
  readonly bytes: RandomBytes;
  /** Uniform in [0, 1), 48 bits. */
  readonly uniform: () => number;
  /** Uniform in 0 … n−1. */
  readonly below: (n: number) => number;
  /** An independent generator for one purpose. */
  readonly fork: (purpose: string) => SeededRandom;
};

export function seededRandom(seed: string): SeededRandom {
  let counter = 0;
  let pool = Buffer.alloc(0);
  let used = 0;
  const bytes = (length: number): Uint8Array => {
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (used === pool.length) {
        pool = hash('sha256', `${seed}/${counter++}`, 'buffer');
        used = 0;
      }
      const take = Math.min(length - filled, pool.length - used);
      out.set(pool.subarray(used, used + take), filled);
      filled += take;
      used += take;
    }
    return out;
  };
  const uniform = () => {
    const drawn = bytes(6);
    return drawn.reduce((value, byte) => value * 256 + byte, 0) / 2 ** 48;
  };
  return {
    bytes,
    uniform,
    below: (n) => Math.floor(uniform() * n),
    fork: (purpose) => seededRandom(`${seed}|${purpose}`),
  };
}
