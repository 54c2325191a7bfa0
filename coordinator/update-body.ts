import {
  decodeSparse,
  encodeSparse,
  keptCount,
  maxCompressedBytes,
  sparseOf,
  toIntegers,
} from '../aggregation/compression/index.ts';
import { gridNorm2 } from '../privacy/grid.ts';
import { sameBytes } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import { type NodeId, publicKeyFromNodeId } from '../protocol/ids.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import { decodeUpdate, encodeUpdate } from '../protocol/vectors.ts';
import type { Received } from './received.ts';

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

/** Of the owner's public key, with which a body begins. */
const OWNER_BYTES = 32;

/** How a network's updates are compressed; not at all where it says nothing. */
export type BodyCompression = NetworkParameters['update']['compression'];

/** Length of the body of an update with `size` weights; the most that it may have where it is compressed. */
export const bodyBytes = (size: number, compression?: BodyCompression): number =>
  OWNER_BYTES + (compression === undefined ? size * 4 : maxCompressedBytes(size));

/**
 * An update's body: the Ed25519 public key of its node (32 bytes), then the update. So a body, and the digest that
 * names it, is one node's alone: another that names it in its own header has nothing to show for it.
 *
 * @param update under compression what a compressed update decodes to, of which there is one encoding.
 * @throws {CompressionError} COMPRESSION_RANGE for an update that was not compressed, where it must be.
 */
export function encodeBody(owner: NodeId, update: Int32Array, compression?: BodyCompression): Uint8Array {
  const content = compression === undefined ? encodeUpdate(update) : encodeSparse(sparseOf(update));
  const bytes = new Uint8Array(OWNER_BYTES + content.length);
  bytes.set(publicKeyFromNodeId(owner));
  bytes.set(content, OWNER_BYTES);
  return bytes;
}

/**
 * Reads an update's body and checks it against its header, its header's sender and the network's bound.
 *
 * @param bytes whose digest has been checked.
 * @throws BallastError `UPDATE_SIZE`, `UPDATE_OWNER`, `UPDATE_NORM_CLASS` or `UPDATE_NORM`; under compression also
 *   `UPDATE_KEPT` for more coordinates than the network keeps, and what reading a compressed update throws.
 */
export function openUpdate(
  bytes: Uint8Array,
  { sender, payload: header }: Pick<Received<'update-header'>, 'sender' | 'payload'>,
  parameters: NetworkParameters,
): Int32Array {
  const { compression } = parameters.update;
  const expected = bodyBytes(header.size, compression);
  if (compression === undefined ? bytes.length !== expected : bytes.length > expected) {
    throw new BallastError(
      'UPDATE_SIZE',
      `update: got ${bytes.length} bytes, expected ${compression === undefined ? '' : 'at most '}${expected}`,
    );
  }
  if (!sameBytes(bytes.subarray(0, OWNER_BYTES), publicKeyFromNodeId(sender))) {
    throw new BallastError('UPDATE_OWNER', `update: its body is another node's, expected ${sender}'s own`, {
      metadata: { sender },
    });
  }
  const content = bytes.subarray(OWNER_BYTES);
  const update =
    compression === undefined
      ? decodeUpdate(content, header.size)
      : openCompressed(content, header.size, compression.keep);
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

function openCompressed(content: Uint8Array, size: number, keep: number): Int32Array {
  const update = decodeSparse(content, { maxSize: size });
  if (update.size !== size) {
    throw new BallastError('UPDATE_SIZE', `update: got ${update.size} integers, expected ${size}`);
  }
  const most = keptCount(keep, size);
  if (update.indices.length > most) {
    throw new BallastError(
      'UPDATE_KEPT',
      `update: got ${update.indices.length} coordinates, expected at most ${most} of ${size}`,
      { metadata: { given: update.indices.length, most } },
    );
  }
  return toIntegers(update);
}
