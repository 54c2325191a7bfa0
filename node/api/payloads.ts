import { createHash } from 'node:crypto';
import { BoundedCache } from '../../protocol/cache.ts';

/** What is sent of a body, and its ETag. */
export type Payload = { readonly bytes: string | Buffer; readonly etag: string };

/** Bytes of kept payloads. */
const CAPACITY = 4 * 1024 * 1024;
/** What an entry takes beside its payload. */
const ENTRY_BYTES = 256;

/**
 * Payloads of bodies that are the same object as long as they say the same: each is written and hashed once while it is
 * among the last that were made. Within a bound; the oldest goes first.
 */
export class Payloads {
  readonly #kept: BoundedCache<Payload, object>;

  constructor(capacity = CAPACITY) {
    this.#kept = new BoundedCache(capacity);
  }

  /** Bytes that the kept ones take. */
  get used(): number {
    return this.#kept.used;
  }

  of(body: object, write: () => string | Buffer): Payload {
    const known = this.#kept.get(body);
    if (known !== undefined) return known;
    const written = write();
    // Text would be encoded each time that it is sent.
    const bytes = typeof written === 'string' ? Buffer.from(written) : written;
    const payload = { bytes, etag: etagOf(bytes) };
    this.#kept.set(body, payload, bytes.length + ENTRY_BYTES);
    return payload;
  }
}

/** A strong ETag of bytes: a part of their SHA-256. */
export const etagOf = (bytes: string | Buffer): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
