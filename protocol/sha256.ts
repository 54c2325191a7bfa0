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

function nativeSha256(createHash: Crypto['createHash'], parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** SHA-256 (FIPS 180-4) of the parts one after the other: the platform's own where there is one, which is faster. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return native === undefined ? portableSha256(...parts) : nativeSha256(native.createHash, parts);
}
