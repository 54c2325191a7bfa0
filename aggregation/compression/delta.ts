import { MAX_GRID_BITS } from '../../privacy/grid.ts';
import { type Digest, digestOfBytes, isDigest } from '../../protocol/digest.ts';
import { decodeCanonical, encodeCanonical } from '../../protocol/encoding.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { CompressionError, malformed, requireWhole } from './errors.ts';
import { decodeSparse, encodeSparse, maxCompressedBytes } from './message.ts';
import { type SparseUpdate, toIntegers } from './sparse-update.ts';

/**
 * A published model version as the difference from the one before it. The new weights are **defined** as the old ones
 * plus what the delta decodes to, so that whoever replays has the published bits.
 */
export type PublishedDelta = {
  /** Digests of the weights before and after. */
  readonly from: Digest;
  readonly to: Digest;
  /** A unit of the update is 2^−gridBits. */
  readonly gridBits: number;
  readonly update: SparseUpdate;
};

/** Two digests, the grid and the envelope of a delta's encoding. */
const FRAMING_BYTES = 256;

/** Canonical MessagePack of {from, gridBits, to, update: bytes}. */
export function encodeDelta({ from, to, gridBits, update }: PublishedDelta): Uint8Array {
  return encodeCanonical({ from, gridBits, to, update: encodeSparse(update) });
}

/** What a chain of deltas is linked by and remembers for ever. */
export function deltaDigest(delta: PublishedDelta): Digest {
  return digestOfBytes(encodeDelta(delta));
}

/**
 * @param maxSize weights of the largest model that is taken.
 * @throws {CompressionError} as `decodeSparse`; COMPRESSED_MALFORMED for anything else that is no delta.
 */
export function decodeDelta(bytes: Uint8Array, maxSize: number): PublishedDelta {
  const maxBytes = FRAMING_BYTES + maxCompressedBytes(maxSize);
  const value = decodeRecord(bytes, maxBytes);
  const { from, to, gridBits, update } = value;
  const isGrid =
    typeof gridBits === 'number' && Number.isInteger(gridBits) && gridBits >= 0 && gridBits <= MAX_GRID_BITS;
  if (Object.keys(value).length !== 4 || !isDigest(from) || !isDigest(to) || !isGrid) {
    throw malformed(
      `delta: expected from, to (digests), gridBits (0 to ${MAX_GRID_BITS}) and update (bytes)`,
    );
  }
  if (!(update instanceof Uint8Array)) throw malformed('delta: expected the update as bytes');
  return { from, to, gridBits, update: decodeSparse(update, { maxSize }) };
}

/**
 * The delta from `weights` by an update, and the weights that it makes: w + integer ÷ 2^gridBits, coordinate by
 * coordinate, one rounding each.
 *
 * @throws {CompressionError} COMPRESSED_SIZE, COMPRESSION_OPTION for another grid.
 */
export function publishDelta(
  weights: Float64Array,
  update: SparseUpdate,
  gridBits: number,
): { readonly delta: PublishedDelta; readonly weights: Float64Array } {
  const next = added(weights, update, gridBits);
  const delta = { from: weightsDigest(weights), to: weightsDigest(next), gridBits, update };
  return { delta, weights: next };
}

/**
 * @throws {CompressionError} DELTA_BASE when `weights` are not those that the delta starts from, DELTA_DIGEST when the
 *   result is not what it says.
 */
export function applyDelta(weights: Float64Array, delta: PublishedDelta): Float64Array {
  const base = weightsDigest(weights);
  if (base !== delta.from) throw mismatch('DELTA_BASE', 'weights', base, delta.from);
  const next = added(weights, delta.update, delta.gridBits);
  const result = weightsDigest(next);
  if (result !== delta.to) throw mismatch('DELTA_DIGEST', 'result', result, delta.to);
  return next;
}

/** The deltas one after the other. @throws as {@link applyDelta}. */
export function replayDeltas(weights: Float64Array, deltas: readonly PublishedDelta[]): Float64Array {
  return deltas.reduce(applyDelta, weights);
}

function added(weights: Float64Array, update: SparseUpdate, gridBits: number): Float64Array {
  requireWhole('gridBits', gridBits, 0, MAX_GRID_BITS);
  if (weights.length !== update.size) {
    throw new CompressionError(
      'COMPRESSED_SIZE',
      `delta: got an update of ${update.size} for ${weights.length} weights, expected equal numbers`,
      { metadata: { given: update.size, expected: weights.length } },
    );
  }
  const scale = 2 ** gridBits;
  const integers = toIntegers(update);
  return weights.map((weight, i) => weight + integers[i]! / scale);
}

function decodeRecord(bytes: Uint8Array, maxBytes: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = decodeCanonical(bytes, { maxBytes });
  } catch (cause) {
    throw malformed(`delta: ${cause instanceof Error ? cause.message : 'it does not decode'}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw malformed('delta: expected a map');
  }
  return value as Record<string, unknown>;
}

function mismatch(
  code: 'DELTA_BASE' | 'DELTA_DIGEST',
  what: string,
  given: Digest,
  expected: Digest,
): CompressionError {
  const hint = 'replay the deltas before it, or start from a later snapshot';
  return new CompressionError(code, `delta: got ${what} of digest ${given}, expected ${expected}`, {
    metadata: { given, expected },
    ...(code === 'DELTA_BASE' ? { hint } : {}),
  });
}
