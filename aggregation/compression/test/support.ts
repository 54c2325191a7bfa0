import { hash } from 'node:crypto';
import fc from 'fast-check';
import { BallastError } from '../../../protocol/errors.ts';
import type { RandomBytes } from '../../../protocol/random.ts';
import { type SparseUpdate, sparseUpdate } from '../index.ts';

/** SHA-256 in counter mode. */
export function seededBytes(seed: string): RandomBytes {
  let counter = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = hash('sha256', `${seed}/${counter++}`, 'buffer');
      out.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  };
}

export const SEED = 'a5'.repeat(32);

/** Updates in normal form: of all densities, with runs and lone entries. */
export const sparseUpdates: fc.Arbitrary<SparseUpdate> = fc
  .record({
    size: fc.integer({ min: 0, max: 400 }),
    share: fc.constantFrom(0, 0.005, 0.05, 0.3, 0.8, 1),
    step: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 16_909_319 })),
    seed: fc.integer(),
  })
  .map(({ size, share, step, seed }) => {
    const bytes = seededBytes(`sparse/${seed}`)(3 * size);
    const [indices, levels]: number[][] = [[], []];
    for (let i = 0; i < size; i++) {
      const draw = (bytes[3 * i] ?? 0) * 256 + (bytes[3 * i + 1] ?? 0);
      if (draw >= share * 65_536) continue;
      indices?.push(i);
      levels?.push(((bytes[3 * i + 2] ?? 0) % 255) - 127);
    }
    return sparseUpdate(size, indices ?? [], levels ?? [], step);
  });

/** The code of the typed error that `act` throws, or undefined where it throws nothing; anything else passes through. */
export function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
}
