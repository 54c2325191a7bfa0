import { CompressionError, malformed } from './errors.ts';

/** A general compressor such as deflate or zstd, which whoever does I/O brings along. */
export type Packer = {
  readonly pack: (bytes: Uint8Array) => Uint8Array;
  /** Must throw rather than return more than `maxBytes`. */
  readonly unpack: (bytes: Uint8Array, maxBytes: number) => Uint8Array;
};

const RAW = 0;
const PACKED = 1;

/**
 * A message behind one byte that says whether it is packed; it is where that is smaller.
 *
 * Packed bytes are for storage and transfer alone: many of them unpack to one message, so digests and signatures are
 * over the message. Never of use for masked updates, which are uniform.
 */
export function packMessage(message: Uint8Array, { pack }: Pick<Packer, 'pack'>): Uint8Array {
  const packed = pack(message);
  const smaller = packed.length < message.length;
  const body = smaller ? packed : message;
  const bytes = new Uint8Array(1 + body.length);
  bytes[0] = smaller ? PACKED : RAW;
  bytes.set(body, 1);
  return bytes;
}

/**
 * @param maxBytes of the message.
 * @throws {CompressionError} COMPRESSED_LIMIT, or COMPRESSED_MALFORMED also for what `unpack` throws.
 */
export function unpackMessage(
  bytes: Uint8Array,
  { unpack }: Pick<Packer, 'unpack'>,
  maxBytes: number,
): Uint8Array {
  if (bytes.length > 1 + maxBytes) throw overLimit(bytes.length - 1, maxBytes);
  const body = bytes.subarray(1);
  if (bytes[0] === RAW) return body;
  if (bytes[0] !== PACKED) throw malformed(`got a packing of ${bytes[0]}, expected ${RAW} or ${PACKED}`);
  let message: Uint8Array;
  try {
    message = unpack(body, maxBytes);
  } catch (cause) {
    throw malformed('its packed bytes do not unpack', { cause });
  }
  if (message.length > maxBytes) throw overLimit(message.length, maxBytes);
  return message;
}

function overLimit(given: number, most: number): CompressionError {
  return new CompressionError(
    'COMPRESSED_LIMIT',
    `packed message: got ${given} bytes, expected at most ${most}`,
    {
      metadata: { given, most },
    },
  );
}
