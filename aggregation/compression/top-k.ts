import { CompressionError, requireWhole } from './errors.ts';

/**
 * The k coordinates of largest magnitude (Alistarh et al. 2018, "The convergence of sparsified gradient methods"):
 * exactly k of them, of equal ones the lower index.
 *
 * @param vector length d, finite.
 * @param k 0 … d.
 * @returns k ascending indices.
 * @throws {CompressionError} COMPRESSION_OPTION for another k, COMPRESSION_RANGE for a NaN.
 */
export function topK(vector: ArrayLike<number>, k: number): Int32Array {
  const size = vector.length;
  requireWhole('k', k, 0, size);
  const indices = new Int32Array(k);
  if (k === 0) return indices;
  const magnitudes = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    magnitudes[i] = Math.abs(vector[i]!);
    if (Number.isNaN(magnitudes[i]!)) {
      throw new CompressionError('COMPRESSION_RANGE', `vector[${i}]: got NaN, expected a number`, {
        metadata: { index: i },
      });
    }
  }
  const threshold = Float64Array.from(magnitudes).sort()[size - k]!;
  let above = 0;
  for (let i = 0; i < size; i++) if (magnitudes[i]! > threshold) above++;
  let ties = k - above;
  for (let i = 0, at = 0; at < k; i++) {
    const magnitude = magnitudes[i]!;
    if (magnitude > threshold || (magnitude === threshold && ties-- > 0)) indices[at++] = i;
  }
  return indices;
}

/**
 * How many of `size` coordinates a share of them is: at least 1, ⌈share · size⌉ otherwise.
 *
 * @param share 0 < share ≤ 1.
 * @throws {CompressionError} COMPRESSION_OPTION.
 */
export function keptCount(share: number, size: number): number {
  if (share > 0 && share <= 1) return Math.min(size, Math.max(1, Math.ceil(share * size)));
  throw new CompressionError('COMPRESSION_OPTION', `share: got ${share}, expected 0 < share ≤ 1`, {
    metadata: { share },
  });
}
