import { createCipheriv, hash } from 'node:crypto';
import type { RandomBytes } from '../../protocol/random.ts';

/**
 * Seeded bytes for trials by the million: AES-128 in counter mode under a key made of the seed, some hundred times
 * faster than `seededRandom` of the simulated world.
 */
export function auditBytes(seed: string): RandomBytes {
  const key = hash('sha256', `ballast/privacy-audit/${seed}`, 'buffer').subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  let zeros = Buffer.alloc(0);
  return (length) => {
    if (zeros.length < length) zeros = Buffer.alloc(length);
    return cipher.update(zeros.subarray(0, length));
  };
}

const BLOCK = 4096;

/** Fair coins and uniform numbers out of such bytes. */
export function auditDraws(seed: string): { readonly coin: () => boolean; readonly uniform: () => number } {
  const bytes = auditBytes(`draws/${seed}`);
  let words = new Uint32Array(0);
  let used = 0;
  const uniform = (): number => {
    if (used === words.length) {
      words = new Uint32Array(Uint8Array.from(bytes(BLOCK)).buffer);
      used = 0;
    }
    return (words[used++]! + 0.5) / 2 ** 32;
  };
  return { uniform, coin: () => uniform() < 0.5 };
}
