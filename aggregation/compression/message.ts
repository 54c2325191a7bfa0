import type { Digest } from '../../protocol/digest.ts';
import { sameBytes } from '../../protocol/encoding.ts';
import { BitReader, BitWriter } from './bits.ts';
import { CompressionError, malformed } from './errors.ts';
import { CODING, readIndices, smallestCoding, writeIndices } from './index-coding.ts';
import { MAX_LEVEL } from './int8.ts';
import { randomK } from './random-k.ts';
import { type SparseUpdate, sparseUpdate } from './sparse-update.ts';
import { readVarint, varintLength, writeVarint } from './varint.ts';

/** The high four bits of the first byte: what it is, and its version. Another version has another number. */
const FORMAT = 0xb0;
const MAX_STEP = 0x7fff_ffff;

export type CompressedLimits = {
  /** The largest d that is taken, 1 … 2^31 − 1. */
  readonly maxSize: number;
  /** The most bytes that are taken; {@link maxCompressedBytes} of `maxSize` where left out. */
  readonly maxBytes?: number;
  /** Where the indices follow from a seed: that one. Without it such messages are refused, with it all others. */
  readonly seed?: Digest;
};

/** The most bytes that a message of `size` integers has: a byte each, a format byte and three whole numbers. */
export function maxCompressedBytes(size: number): number {
  return 1 + 3 * 5 + size;
}

/**
 * The bytes of an update in normal form:
 *
 *     1 byte     0xb0 + the coding of the indices
 *     varint     d, integers of the update
 *     varint     k, levels that follow
 *     varint     step: grid units a level, 0 when k = 0
 *     bits       the indices in their coding, then the levels, int8 each; zero bits up to a whole byte
 *
 * The coding is the one of the fewest bits, so that equal updates have equal bytes.
 *
 * @throws nothing for an update in normal form.
 */
export function encodeSparse(update: SparseUpdate): Uint8Array {
  const { size, indices, levels } = update;
  const { coding, indexBits } = smallestCoding(size, indices);
  if (coding !== CODING.dense) return write(update, coding, indexBits, indices, levels);
  const all = new Int8Array(size);
  for (let i = 0; i < indices.length; i++) all[indices[i]!] = levels[i]!;
  return write(update, coding, 0, indices, all);
}

/**
 * The same with the indices left out: they are the `k` that follow from the seed, and levels that are 0 are written.
 *
 * @throws {CompressionError} COMPRESSED_SEED when the update has an entry elsewhere; COMPRESSION_OPTION as `randomK`.
 */
export function encodeShared(update: SparseUpdate, k: number, seed: Digest): Uint8Array {
  const { size, indices, levels } = update;
  const places = randomK(size, k, seed);
  const all = new Int8Array(k);
  let at = 0;
  for (let i = 0; i < k; i++) if (places[i] === indices[at]) all[i] = levels[at++]!;
  if (at < indices.length) {
    throw new CompressionError(
      'COMPRESSED_SEED',
      `sparse update: got an entry at ${indices[at]}, expected one of the ${k} that follow from the seed`,
      { metadata: { index: indices[at], k } },
    );
  }
  return write(update, CODING.shared, 0, indices, all);
}

/**
 * Reads what {@link encodeSparse} or, with a seed, {@link encodeShared} wrote, and nothing else. Nothing is allocated
 * before it is known to be within the limits, and nothing longer than the message but under `shared`, 4 · maxSize
 * bytes to draw the indices.
 *
 * @throws {CompressionError} COMPRESSED_LIMIT, COMPRESSED_MALFORMED, COMPRESSED_SEED, or COMPRESSED_NOT_CANONICAL for
 *   another encoding of the same update.
 */
export function decodeSparse(bytes: Uint8Array, limits: CompressedLimits): SparseUpdate {
  const maxBytes = limits.maxBytes ?? maxCompressedBytes(limits.maxSize);
  if (bytes.length > maxBytes) throw overLimit('bytes', bytes.length, maxBytes);
  const reader = new BitReader(bytes);
  const first = reader.read(8);
  const coding = first & 0x0f;
  if ((first & 0xf0) !== FORMAT) throw malformed(`got a first byte of ${first}, expected 0xb0 to 0xbf`);
  const number = () => readVarint(() => reader.read(8));
  const size = number();
  if (size > limits.maxSize) throw overLimit('integers', size, limits.maxSize);
  const count = number();
  const step = number();
  // Every level takes a byte: no count that passes here is longer than the message.
  if (count > size || 8 * count > reader.left)
    throw malformed(`got ${count} levels of ${size} in too few bytes`);
  if (step > MAX_STEP) throw malformed(`got a step of ${step}, expected at most ${MAX_STEP}`);
  const indices = places(reader, coding, size, count, limits.seed);
  const levels = Int8Array.from({ length: count }, () => (reader.read(8) << 24) >> 24);
  const update = normalForm(size, indices, levels, step);
  const again = limits.seed === undefined ? encodeSparse(update) : encodeShared(update, count, limits.seed);
  if (!sameBytes(again, bytes)) {
    throw new CompressionError(
      'COMPRESSED_NOT_CANONICAL',
      'compressed update: got another encoding of it, expected the one in normal form with the smallest coding',
    );
  }
  return update;
}

function places(
  reader: BitReader,
  coding: number,
  size: number,
  count: number,
  seed: Digest | undefined,
): Int32Array {
  if ((coding === CODING.shared) !== (seed !== undefined)) {
    throw new CompressionError(
      'COMPRESSED_SEED',
      `compressed update: got indices ${coding === CODING.shared ? 'that follow from a seed' : 'of its own'}, expected the other`,
    );
  }
  if (seed !== undefined) return randomK(size, count, seed);
  if (coding !== CODING.dense) return readIndices(reader, coding, size, count);
  if (count !== size) throw malformed(`got ${count} levels, expected one for each of ${size}`);
  return Int32Array.from({ length: count }, (_, i) => i);
}

function normalForm(size: number, indices: Int32Array, levels: Int8Array, step: number): SparseUpdate {
  if (levels.includes(-MAX_LEVEL - 1)) throw malformed('got a level of −128, expected −127 to 127');
  try {
    return sparseUpdate(size, indices, levels, step);
  } catch (cause) {
    throw malformed('got integers beyond ±(2^31 − 1)', { cause });
  }
}

function write(
  { size, step }: SparseUpdate,
  coding: number,
  indexBits: number,
  indices: Int32Array,
  levels: Int8Array,
): Uint8Array {
  const head = [size, levels.length, step];
  const headBytes = head.reduce((sum, value) => sum + varintLength(value), 1);
  const writer = new BitWriter(8 * (headBytes + levels.length) + indexBits);
  writer.write(FORMAT | coding, 8);
  for (const value of head) writeVarint(value, (byte) => writer.write(byte, 8));
  writeIndices(writer, coding, size, indices);
  for (const level of levels) writer.write(level, 8);
  return writer.bytes();
}

function overLimit(what: string, given: number, most: number): CompressionError {
  return new CompressionError(
    'COMPRESSED_LIMIT',
    `compressed update: got ${given} ${what}, expected at most ${most}`,
    {
      metadata: { given, most },
    },
  );
}
