import { BoundedCache } from './cache.ts';
import { type Encodable, encodeCanonical } from './encoding.ts';
import { BallastError } from './errors.ts';
import { sha256 } from './sha256.ts';

export { sha256 };

/** A SHA-256 digest as 64 lower-case hexadecimal digits. */
export type Digest = string;

const DIGEST = /^[0-9a-f]{64}$/;

/** SHA-256 of raw bytes: the address of a blob. */
export function digestOfBytes(bytes: Uint8Array): Digest {
  return toHex(sha256(bytes));
}

/**
 * SHA-256 of a value's canonical encoding under a domain, so that a hash made for one purpose is never valid
 * for another.
 */
export function digestOf(domain: string, value: Encodable): Digest {
  return toHex(domainHash(domain, encodeCanonical(value)));
}

/**
 * SHA-256(length of the domain ‖ domain ‖ parts).
 *
 * @param domain at most 255 bytes of UTF-8, so that its length fits the one byte before it.
 * @throws BallastError `DOMAIN_LENGTH`.
 */
export function domainHash(domain: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(tags.get(domain) ?? tagOf(domain), ...parts);
}

/** There are a few dozen domains, and hashes by the thousand. */
const tags = new BoundedCache<Uint8Array>(256);

function tagOf(domain: string): Uint8Array {
  const name = new TextEncoder().encode(domain);
  if (name.length > 255) {
    throw new BallastError('DOMAIN_LENGTH', `domain: got ${name.length} bytes, expected at most 255`);
  }
  const tag = new Uint8Array(name.length + 1);
  tag[0] = name.length;
  tag.set(name, 1);
  tags.set(domain, tag, 1);
  return tag;
}

/** Digests as 32 bytes each, one after the other. */
export function packDigests(digests: readonly Digest[]): Uint8Array {
  const packed = new Uint8Array(digests.length * 32);
  for (const [i, digest] of digests.entries()) packed.set(fromHex(digest), i * 32);
  return packed;
}

/** @param packed of a length that 32 divides. */
export function unpackDigests(packed: Uint8Array): Digest[] {
  return Array.from({ length: packed.length / 32 }, (_, i) => toHex(packed.subarray(i * 32, (i + 1) * 32)));
}

export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && DIGEST.test(value);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}

/** @throws BallastError `HEX_MALFORMED` unless `hex` is an even number of lower-case hexadecimal digits. */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0) throw malformedHex(hex);
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = DIGITS[hex.charCodeAt(2 * i)] ?? -1;
    const low = DIGITS[hex.charCodeAt(2 * i + 1)] ?? -1;
    if (high < 0 || low < 0) throw malformedHex(hex);
    bytes[i] = 16 * high + low;
  }
  return bytes;
}

/** The value of a hexadecimal digit, 0–9 or a–f, by its character code; -1 for any other character. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code)),
);

function malformedHex(hex: string): BallastError {
  return new BallastError(
    'HEX_MALFORMED',
    `got ${JSON.stringify(hex.slice(0, 80))}, expected lower-case hexadecimal`,
  );
}
