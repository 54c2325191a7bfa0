import { clip } from '../../privacy/clip.ts';
import { toGrid } from '../../privacy/grid.ts';
import { exactRational } from '../../privacy/rational.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { int8Scale, quantiseInt8 } from './int8.ts';
import { gather, randomK } from './random-k.ts';
import { type SparseUpdate, sparseUpdate } from './sparse-update.ts';
import { topK } from './top-k.ts';

export type UpdateCompression = {
  /** Coordinates that are kept, 0 … d. */
  readonly k: number;
  /** L2 norm in grid units that the decoded integers must keep, > 0: the round's own bound on an update. */
  readonly bound: number;
  /** What rounds; see `quantiseInt8`. */
  readonly randomBytes: RandomBytes;
  /** Keeps the k coordinates that follow from it instead of the largest. */
  readonly seed?: Digest;
};

/**
 * Sparsifies and quantises a vector in grid units: the k coordinates of `topK` (or `randomK`), clipped to the bound and
 * rounded toward zero to integers, then stochastically to whole multiples of a step, the least that fits them into
 * ±127 levels.
 *
 * Rounding up can pass the bound. Then the roundings away from zero that added most are taken back one by one (of equal
 * ones the lower index) until the exact norm is within it. With all of them taken back no magnitude is larger than the
 * clipped one, so that this ends; and what it shifts is left to error feedback.
 *
 * @param vector length d, finite, in grid units.
 * @throws {CompressionError} COMPRESSION_OPTION or COMPRESSION_RANGE; BallastError `PRIVACY_PARAMETER`,
 *   `VECTOR_NOT_FINITE` or `GRID_OVERFLOW` from clip and grid.
 */
export function compressUpdate(vector: ArrayLike<number>, options: UpdateCompression): SparseUpdate {
  const { k, bound, randomBytes, seed } = options;
  const indices = seed === undefined ? topK(vector, k) : randomK(vector.length, k, seed);
  const kept = toGrid(clip(gather(vector, indices), bound), 0);
  const step = Math.ceil(int8Scale(kept));
  const { levels } = quantiseInt8(kept, randomBytes, step);
  if (step > 0) keepBound(levels, kept, step, bound);
  return sparseUpdate(vector.length, indices, levels, step);
}

function keepBound(levels: Int8Array, kept: Int32Array, step: number, bound: number): void {
  const { numerator, denominator } = exactRational(bound);
  const squaredSteps = (numerator * numerator) / (denominator * denominator) / BigInt(step) ** 2n;
  // Σ level² stays below 2^31 · 127², an exact double; whatever lies above needs no limit.
  const limit = Number(squaredSteps);
  let sum = 0;
  for (const level of levels) sum += level * level;
  if (sum <= limit) return;
  const added = (i: number): number => Math.abs(levels[i]!) * step - Math.abs(kept[i]!);
  const away = Array.from(levels.keys()).filter((i) => added(i) > 0);
  away.sort((a, b) => added(b) - added(a) || a - b);
  for (const i of away) {
    if (sum <= limit) return;
    const magnitude = Math.abs(levels[i]!);
    sum -= 2 * magnitude - 1;
    levels[i] = levels[i]! - Math.sign(levels[i]!);
  }
}
