import type { RandomBytes } from '../../protocol/random.ts';
import { CompressionError, requireWhole } from './errors.ts';

/** Levels are symmetric, −127 … 127, so that −v has the levels of v negated. */
export const MAX_LEVEL = 127;

/** A vector as whole multiples of one scale: coordinate i is about levels[i] · scale. */
export type Int8Vector = { readonly scale: number; readonly levels: Int8Array };

/**
 * The smallest scale at which no coordinate passes ±127 levels: max|vᵢ| ÷ 127, enlarged by an ulp where the division
 * rounded it down; 0 for a vector of zeros, and never 0 for another, however small.
 *
 * @param vector any length, finite.
 * @throws {CompressionError} COMPRESSION_RANGE for a NaN or an infinity.
 */
export function int8Scale(vector: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) {
    const magnitude = Math.abs(vector[i]!);
    if (!Number.isFinite(magnitude)) throw outOfRange(i, vector[i]!, 'a finite number');
    if (magnitude > largest) largest = magnitude;
  }
  if (largest === 0) return 0;
  let scale = largest / MAX_LEVEL;
  while (largest / scale > MAX_LEVEL) scale += Math.max(scale * Number.EPSILON, Number.MIN_VALUE);
  return scale;
}

/**
 * Puts every coordinate on one of its two neighbouring multiples of the scale, at random such that the expectation is
 * the coordinate (stochastic rounding; QSGD, Alistarh et al. 2017, section 3.1), to within 2^−32 of the scale.
 *
 * With a scale of one's own (the default) the largest coordinate sets it. Under masking all nodes must share a
 * **global** scale, a public constant such as clip norm ÷ 127, or sums of levels would mean nothing.
 *
 * @param vector any length, finite.
 * @param randomBytes four bytes are drawn for each coordinate, in their order.
 * @throws {CompressionError} COMPRESSION_RANGE for a NaN, an infinity or a coordinate beyond ±127 scales;
 *   COMPRESSION_OPTION for a scale that is not finite, negative, or 0 where the vector is not.
 */
export function quantiseInt8(
  vector: ArrayLike<number>,
  randomBytes: RandomBytes,
  scale: number = int8Scale(vector),
): Int8Vector {
  if (!Number.isFinite(scale) || scale < 0) throw invalidScale(scale);
  const levels = new Int8Array(vector.length);
  if (vector.length === 0) return { scale, levels };
  const random = randomBytes(4 * vector.length);
  const draws = new DataView(random.buffer, random.byteOffset, random.byteLength);
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!;
    if (value === 0) continue;
    if (scale === 0 && Number.isFinite(value)) throw invalidScale(scale);
    const ratio = value / scale;
    if (!(Math.abs(ratio) <= MAX_LEVEL)) throw outOfRange(i, value, `at most 127 scales of ${scale}`);
    const below = Math.floor(ratio);
    const up = draws.getUint32(4 * i) < (ratio - below) * 2 ** 32;
    levels[i] = up ? below + 1 : below;
  }
  return { scale, levels };
}

/** levels · scale, one product a coordinate. */
export function dequantiseInt8({ scale, levels }: Int8Vector): Float64Array {
  return Float64Array.from(levels, (level) => level * scale + 0);
}

/**
 * Bits b of the modulus 2^b under which a sum of `nodes` level vectors cannot wrap: the smallest with 2^b ≥ 255·nodes.
 *
 * @throws {CompressionError} COMPRESSION_OPTION unless `nodes` is a whole number from 1 to 2^20.
 */
export function maskedSumBits(nodes: number): number {
  requireWhole('nodes', nodes, 1, 2 ** 20);
  let bits = 0;
  while (2 ** bits < 255 * nodes) bits++;
  return bits;
}

function outOfRange(index: number, value: number, expected: string): CompressionError {
  return new CompressionError('COMPRESSION_RANGE', `vector[${index}]: got ${value}, expected ${expected}`, {
    metadata: { index },
  });
}

function invalidScale(scale: number): CompressionError {
  return new CompressionError(
    'COMPRESSION_OPTION',
    `scale: got ${scale}, expected a finite number > 0 (0 for a vector of zeros)`,
    { metadata: { scale } },
  );
}
