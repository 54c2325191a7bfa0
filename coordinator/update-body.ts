import { gridNorm2 } from '../privacy/grid.ts';
import { BallastError } from '../protocol/errors.ts';
import type { Payload } from '../protocol/messages.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import { decodeUpdate } from '../protocol/vectors.ts';

/** The noise norm of d coordinates exceeds σ(√d + 5) with probability below e^−12.5 (Laurent and Massart 2000, lemma 1). */
const NOISE_TAIL = 5;

/**
 * The largest L2 norm, in grid units, that an update of `size` weights may have: the clip norm, and under
 * node-level privacy the noise that the node added on top.
 */
export function largestNorm({ update, privacy }: NetworkParameters, size: number): number {
  const clip = update.clipNorm * (1 << update.gridBits);
  if (privacy.unit !== 'node') return clip;
  return clip + privacy.noiseMultiplier * clip * (Math.sqrt(size) + NOISE_TAIL);
}

/** Σ v² as the nearest float64: exact below 2^53, far beyond any allowed norm. */
export function squaredNorm(update: Int32Array): number {
  return Number(gridNorm2(update));
}

/** The smallest k with ‖update‖ ≤ 2^k grid units: what a header tells of the norm. */
export function normClass(update: Int32Array): number {
  const squared = squaredNorm(update);
  let k = 0;
  for (let bound = 1; bound < squared; bound *= 4) k += 1;
  return k;
}

/**
 * Reads an update's body and checks it against its header and the network's bound.
 *
 * @param bytes whose digest has been checked.
 * @throws BallastError `UPDATE_SIZE`, `UPDATE_NORM_CLASS` or `UPDATE_NORM`.
 */
export function openUpdate(
  bytes: Uint8Array,
  header: Payload<'update-header'>,
  parameters: NetworkParameters,
): Int32Array {
  if (bytes.length !== header.size * 4) {
    throw new BallastError('UPDATE_SIZE', `update: got ${bytes.length} bytes, expected ${header.size * 4}`);
  }
  const update = decodeUpdate(bytes, header.size);
  const bound = largestNorm(parameters, header.size);
  const norm = Math.sqrt(squaredNorm(update));
  if (normClass(update) !== header.normClass) {
    throw new BallastError(
      'UPDATE_NORM_CLASS',
      `update: its norm is not of class ${header.normClass} as its header says`,
    );
  }
  if (parameters.update.normCheck && norm > bound) {
    throw new BallastError(
      'UPDATE_NORM',
      `update: got an L2 norm of ${norm} grid units, expected at most ${bound}`,
      {
        metadata: { norm, bound },
      },
    );
  }
  return update;
}
