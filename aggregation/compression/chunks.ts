import { CompressionError } from './errors.ts';
import { decodeSparse, encodeSparse } from './message.ts';
import { type SparseUpdate, sparseUpdate, toIntegers } from './sparse-update.ts';

/** Coordinates of a chunk. */
export const CHUNK_SIZE = 16_384;

/** Vectors up to this length are never cut. */
export const UNCHUNKED_SIZE = 65_536;

/** The consecutive chunks of a vector: one up to {@link UNCHUNKED_SIZE}, above that of {@link CHUNK_SIZE} each. */
export function chunkRanges(size: number): { readonly from: number; readonly to: number }[] {
  if (size <= UNCHUNKED_SIZE) return [{ from: 0, to: size }];
  return Array.from({ length: Math.ceil(size / CHUNK_SIZE) }, (_, i) => ({
    from: i * CHUNK_SIZE,
    to: Math.min(size, (i + 1) * CHUNK_SIZE),
  }));
}

/** A message for each chunk, which can be fetched, hashed and read without the others. */
export function encodeChunks(update: SparseUpdate): Uint8Array[] {
  let at = 0;
  return chunkRanges(update.size).map(({ from, to }) => {
    const start = at;
    while (at < update.indices.length && update.indices[at]! < to) at++;
    const indices = update.indices.subarray(start, at).map((index) => index - from);
    return encodeSparse(sparseUpdate(to - from, indices, update.levels.subarray(start, at), update.step));
  });
}

/**
 * The integers of all chunks: those that the update decodes to as a whole.
 *
 * @param size d.
 * @throws {CompressionError} COMPRESSED_SIZE for another number of chunks or a chunk of another size, and as
 *   `decodeSparse`.
 */
export function decodeChunks(messages: readonly Uint8Array[], size: number): Int32Array {
  const ranges = chunkRanges(size);
  if (messages.length !== ranges.length) throw wrongSize('chunks', messages.length, ranges.length);
  const integers = new Int32Array(size);
  for (const [i, { from, to }] of ranges.entries()) {
    const chunk = decodeSparse(messages[i] ?? new Uint8Array(), { maxSize: to - from });
    if (chunk.size !== to - from) throw wrongSize(`integers in chunk ${i}`, chunk.size, to - from);
    integers.set(toIntegers(chunk), from);
  }
  return integers;
}

function wrongSize(what: string, given: number, expected: number): CompressionError {
  return new CompressionError(
    'COMPRESSED_SIZE',
    `chunked update: got ${given} ${what}, expected ${expected}`,
    {
      metadata: { given, expected },
    },
  );
}
