import { compressUpdate, type UpdateCompression } from './compress-update.ts';
import { errorFeedback } from './error-feedback.ts';
import { CompressionError } from './errors.ts';
import { type CompressedLimits, decodeSparse, encodeShared, encodeSparse } from './message.ts';
import { type SparseUpdate, toIntegers } from './sparse-update.ts';

/**
 * The bytes of an update as it travels. What is signed, checked for its norm and aggregated is what they decode to, not
 * `update`.
 *
 * @param update length d, grid units.
 * @throws as `compressUpdate`.
 */
export function encodeUpdateCompressed(update: ArrayLike<number>, options: UpdateCompression): Uint8Array {
  return bytesOf(compressUpdate(update, options), options);
}

/**
 * @param limits the size that the update must have, and the seed of its indices where the round gives one.
 * @returns length `size`; to the same integers on every machine.
 * @throws {CompressionError} COMPRESSED_SIZE for an update of another size, and as `decodeSparse`.
 */
export function decodeUpdateCompressed(
  bytes: Uint8Array,
  { size, ...limits }: Omit<CompressedLimits, 'maxSize'> & { readonly size: number },
): Int32Array {
  const update = decodeSparse(bytes, { ...limits, maxSize: size });
  if (update.size !== size) {
    throw new CompressionError(
      'COMPRESSED_SIZE',
      `compressed update: got ${update.size} integers, expected ${size}`,
      { metadata: { given: update.size, expected: size } },
    );
  }
  return toIntegers(update);
}

export type CompressedRelease = {
  readonly bytes: Uint8Array;
  /** What the bytes decode to. */
  readonly update: Int32Array;
  /** Grid units, L2 norm ≤ `residualBound`. To be stored with the bytes, before either is used. */
  readonly residual: Float64Array;
};

/**
 * A release compressed with error feedback; see {@link errorFeedback} for why that costs no privacy.
 *
 * @param release integers that may be published: clipped, noised and charged.
 * @param residual of the release before, grid units; zeros before the first.
 * @throws as `compressUpdate` and `errorFeedback`.
 */
export function compressRelease(
  release: Int32Array,
  residual: Float64Array,
  options: UpdateCompression & { readonly residualBound: number },
): CompressedRelease {
  let sparse: SparseUpdate | undefined;
  const feedback = errorFeedback(
    release,
    residual,
    (carried) => {
      sparse = compressUpdate(carried, options);
      return toIntegers(sparse);
    },
    options.residualBound,
  );
  if (sparse === undefined) throw new Error('unreachable: error feedback always compresses');
  return { bytes: bytesOf(sparse, options), update: toIntegers(sparse), residual: feedback.residual };
}

function bytesOf(update: SparseUpdate, { k, seed }: UpdateCompression): Uint8Array {
  return seed === undefined ? encodeSparse(update) : encodeShared(update, k, seed);
}
