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
  const tag = new TextEncoder().encode(domain);
  if (tag.length > 255) {
    throw new BallastError('DOMAIN_LENGTH', `domain: got ${tag.length} bytes, expected at most 255`);
  }
  return sha256(Uint8Array.of(tag.length), tag, ...parts);
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
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/.test(hex)) {
    throw new BallastError(
      'HEX_MALFORMED',
      `got ${JSON.stringify(hex.slice(0, 80))}, expected lower-case hexadecimal`,
    );
  }
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
