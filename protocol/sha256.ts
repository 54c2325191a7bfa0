import { sha256 as portable } from '@noble/hashes/sha2.js';

type Crypto = typeof import('node:crypto');

/** Node.js hands out its modules without an import, which no bundler for browsers would resolve. */
const platform = globalThis as {
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown };
};
const native = platform.process?.getBuiltinModule?.('node:crypto') as Crypto | undefined;

/** SHA-256 (FIPS 180-4) of the parts one after the other, in JavaScript alone: what a browser runs. */
export function portableSha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = portable.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Most hashes are of a few hundred bytes, and there the making of a hash object is most of the work. */
function nativeSha256({ createHash, hash }: Crypto, parts: readonly Uint8Array[]): Uint8Array {
  const [only = new Uint8Array()] = parts;
  if (parts.length < 2) return new Uint8Array(hash('sha256', only, 'buffer'));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length <= MAX_JOINED) return new Uint8Array(hash('sha256', joined(parts, length), 'buffer'));
  const running = createHash('sha256');
  for (const part of parts) running.update(part);
  return new Uint8Array(running.digest());
}

/** Up to here copying is cheaper than a hash object. */
const MAX_JOINED = 4_096;

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** SHA-256 (FIPS 180-4) of the parts one after the other: the platform's own where there is one, which is faster. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return native === undefined ? portableSha256(...parts) : nativeSha256(native, parts);
}
