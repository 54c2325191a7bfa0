import { createHash } from 'node:crypto';

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
  readonly #kept = new Map<object, { readonly payload: Payload; readonly size: number }>();
  readonly #capacity: number;
  #used = 0;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  /** Bytes that the kept ones take. */
  get used(): number {
    return this.#used;
  }

  of(body: object, write: () => string | Buffer): Payload {
    const known = this.#kept.get(body);
    if (known !== undefined) return known.payload;
    const written = write();
    // Text would be encoded each time that it is sent.
    const bytes = typeof written === 'string' ? Buffer.from(written) : written;
    const payload = { bytes, etag: etagOf(bytes) };
    this.#keep(body, payload, bytes.length + ENTRY_BYTES);
    return payload;
  }

  #keep(body: object, payload: Payload, size: number): void {
    if (size > this.#capacity) return;
    this.#kept.set(body, { payload, size });
    this.#used += size;
    for (const [oldest, entry] of this.#kept) {
      if (this.#used <= this.#capacity) return;
      this.#kept.delete(oldest);
      this.#used -= entry.size;
    }
  }
}

/** A strong ETag of bytes: a part of their SHA-256. */
export const etagOf = (bytes: string | Buffer): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
