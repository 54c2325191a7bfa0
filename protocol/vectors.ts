import { type Digest, digestOfBytes } from './digest.ts';
import { BallastError } from './errors.ts';

/** Weights as the bytes that are hashed, voted on and served: float64, little-endian, in layout order. */
export function encodeWeights(weights: Float64Array): Uint8Array {
  const bytes = new Uint8Array(weights.length * 8);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < weights.length; i++) {
    const weight = requireFinite(weights[i]!, i);
    view.setFloat64(i * 8, weight === 0 ? 0 : weight, true);
  }
  return bytes;
}

/** @throws BallastError `VECTOR_LENGTH` or `VECTOR_NOT_FINITE`. */
export function decodeWeights(bytes: Uint8Array, size: number): Float64Array {
  requireLength(bytes, size * 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Float64Array(size);
  for (let i = 0; i < size; i++) weights[i] = requireFinite(view.getFloat64(i * 8, true), i);
  return weights;
}

/** The hash that the committee votes on and the chain records. */
export function weightsDigest(weights: Float64Array): Digest {
  return digestOfBytes(encodeWeights(weights));
}

/** An update as its bytes: the integers of the fixed-point grid, int32, little-endian, in layout order. */
export function encodeUpdate(update: Int32Array): Uint8Array {
  const bytes = new Uint8Array(update.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < update.length; i++) view.setInt32(i * 4, update[i]!, true);
  return bytes;
}

/** @throws BallastError `VECTOR_LENGTH`. */
export function decodeUpdate(bytes: Uint8Array, size: number): Int32Array {
  requireLength(bytes, size * 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const update = new Int32Array(size);
  for (let i = 0; i < size; i++) update[i] = view.getInt32(i * 4, true);
  return update;
}

function requireLength(bytes: Uint8Array, expected: number): void {
  if (bytes.length !== expected) {
    throw new BallastError('VECTOR_LENGTH', `vector: got ${bytes.length} bytes, expected ${expected}`, {
      metadata: { given: bytes.length, expected },
    });
  }
}

function requireFinite(value: number, index: number): number {
  if (!Number.isFinite(value)) {
    throw new BallastError('VECTOR_NOT_FINITE', `vector[${index}]: got ${value}, expected a finite number`, {
      metadata: { index },
    });
  }
  return value;
}
