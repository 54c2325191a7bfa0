import { CompressionError } from './errors.ts';
import { MAX_LEVEL } from './int8.ts';

const INT32_MAX = 0x7fff_ffff;

/**
 * An update of `size` integers of the fixed-point grid of which few differ from 0: coordinate indices[i] is
 * levels[i] · step. In **normal form**, so that equal updates are equal values: indices ascend, no level is 0, the
 * levels' greatest common divisor is 1, and a vector of zeros has step 0.
 */
export type SparseUpdate = {
  readonly size: number;
  /** Grid steps a level, ≥ 1; 0 without entries. */
  readonly step: number;
  readonly indices: Int32Array;
  /** −127 … 127. */
  readonly levels: Int8Array;
};

/**
 * Brings entries into normal form: drops zeros, and moves a common divisor of the levels into the step.
 *
 * @param indices ascending, below `size`.
 * @throws {CompressionError} COMPRESSION_RANGE when an integer would pass ±(2³¹ − 1).
 */
export function sparseUpdate(
  size: number,
  indices: ArrayLike<number>,
  levels: ArrayLike<number>,
  step: number,
): SparseUpdate {
  let entries = 0;
  let divisor = 0;
  let largest = 0;
  for (let i = 0; i < levels.length; i++) {
    const magnitude = Math.abs(levels[i]!);
    if (magnitude === 0) continue;
    entries++;
    divisor = greatestCommonDivisor(divisor, magnitude);
    if (magnitude > largest) largest = magnitude;
  }
  if (largest * step > INT32_MAX) {
    throw new CompressionError(
      'COMPRESSION_RANGE',
      `sparse update: got ${largest} levels of ${step} grid steps, expected at most ${INT32_MAX} steps`,
      { metadata: { largest, step } },
    );
  }
  const keptIndices = new Int32Array(entries);
  const keptLevels = new Int8Array(entries);
  for (let i = 0, at = 0; i < levels.length; i++) {
    if (levels[i] === 0) continue;
    keptIndices[at] = indices[i]!;
    keptLevels[at++] = levels[i]! / divisor;
  }
  return { size, step: step * divisor, indices: keptIndices, levels: keptLevels };
}

/**
 * The sparse update that integers are: what a compressed update is once it was decoded has one again.
 *
 * @throws {CompressionError} COMPRESSION_RANGE for integers that are no ±127 multiples of one step.
 */
export function sparseOf(integers: Int32Array): SparseUpdate {
  let step = 0;
  for (let i = 0; i < integers.length; i++) step = greatestCommonDivisor(step, Math.abs(integers[i]!));
  const indices: number[] = [];
  const levels: number[] = [];
  for (let i = 0; i < integers.length; i++) {
    if (integers[i] === 0) continue;
    const level = integers[i]! / step;
    if (Math.abs(level) > MAX_LEVEL || step > INT32_MAX) {
      throw new CompressionError(
        'COMPRESSION_RANGE',
        `sparse update: got ${level} levels of ${step} grid steps at ${i}, expected at most ${MAX_LEVEL}`,
        { metadata: { index: i, level, step } },
      );
    }
    indices.push(i);
    levels.push(level);
  }
  return { size: integers.length, step, indices: Int32Array.from(indices), levels: Int8Array.from(levels) };
}

/** The integers themselves, length `size`: what is signed, checked for its norm and aggregated. */
export function toIntegers({ size, step, indices, levels }: SparseUpdate): Int32Array {
  const integers = new Int32Array(size);
  for (let i = 0; i < indices.length; i++) integers[indices[i]!] = levels[i]! * step;
  return integers;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
