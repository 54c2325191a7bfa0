import type { Stream } from '@libp2p/interface';
import { sha256 } from '../../protocol/digest.ts';
import { NetworkError } from './errors.ts';
import { CHUNK_BYTES } from './limits.ts';
import { sendAll } from './stream-io.ts';
import type { StreamReader } from './stream-reader.ts';

/**
 * The blob protocol. Request: the digest, 32 bytes. Answer: one status byte and the length of the whole as
 * u32; for {@link STATUS.found}, chunks follow: length u32 (1 to {@link CHUNK_BYTES}), SHA-256 of the chunk,
 * bytes. Integers are big-endian. The chunk's hash finds damage early; only the blob's digest says what it is.
 */

export const DIGEST_BYTES = 32;
export const STATUS = { found: 0, notFound: 1, busy: 2 } as const;
const HEADER_BYTES = 5;
const CHUNK_HEADER_BYTES = 4 + DIGEST_BYTES;

/** @throws NetworkError `BLOB_TOO_LARGE` for what a u32 cannot count. */
export async function sendBlob(stream: Stream, blob: Uint8Array, signal: AbortSignal): Promise<void> {
  await sendAll(stream, header(STATUS.found, blob.length), signal);
  for (let at = 0; at < blob.length; at += CHUNK_BYTES) {
    const chunk = blob.subarray(at, at + CHUNK_BYTES);
    const head = new Uint8Array(CHUNK_HEADER_BYTES);
    new DataView(head.buffer).setUint32(0, chunk.length);
    head.set(sha256(chunk), 4);
    await sendAll(stream, head, signal);
    await sendAll(stream, chunk, signal);
  }
}

export async function sendRefusal(
  stream: Stream,
  status: typeof STATUS.notFound | typeof STATUS.busy,
  signal: AbortSignal,
): Promise<void> {
  await sendAll(stream, header(status, 0), signal);
}

/** @throws NetworkError `BLOB_NOT_FOUND`, `BLOB_BUSY`, `BLOB_TOO_LARGE`, `BLOB_MALFORMED`. */
export async function receiveBlob(reader: StreamReader, maxBytes: number): Promise<Uint8Array> {
  const head = await reader.read(HEADER_BYTES);
  const status = head[0];
  const total = new DataView(head.buffer).getUint32(1);
  if (status === STATUS.notFound)
    throw new NetworkError('BLOB_NOT_FOUND', 'the peer does not serve this blob');
  if (status === STATUS.busy) {
    throw new NetworkError('BLOB_BUSY', 'the peer serves as many blobs as it will', {
      hint: 'ask again later',
    });
  }
  if (status !== STATUS.found) throw malformed(`status ${status}, expected 0 to 2`);
  if (total > maxBytes) {
    throw new NetworkError('BLOB_TOO_LARGE', `the blob has ${total} bytes, expected at most ${maxBytes}`, {
      metadata: { bytes: total, maxBytes },
    });
  }
  const blob = new Uint8Array(total);
  for (let at = 0; at < total; ) {
    const chunkHead = await reader.read(CHUNK_HEADER_BYTES);
    const length = new DataView(chunkHead.buffer).getUint32(0);
    if (length < 1 || length > CHUNK_BYTES || length > total - at) {
      throw malformed(`chunk of ${length} bytes with ${total - at} to come`);
    }
    const chunk = blob.subarray(at, at + length);
    await reader.readInto(chunk);
    if (Buffer.compare(sha256(chunk), chunkHead.subarray(4)) !== 0) {
      throw malformed(`chunk at byte ${at} does not have its hash`);
    }
    at += length;
  }
  return blob;
}

function header(status: number, total: number): Uint8Array {
  if (total > 0xffff_ffff) {
    throw new NetworkError('BLOB_TOO_LARGE', `the blob has ${total} bytes, expected at most ${0xffff_ffff}`);
  }
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes[0] = status;
  new DataView(bytes.buffer).setUint32(1, total);
  return bytes;
}

function malformed(what: string): NetworkError {
  return new NetworkError('BLOB_MALFORMED', `the peer's answer breaks the blob protocol: ${what}`);
}
