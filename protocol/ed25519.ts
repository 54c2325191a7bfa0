import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { BallastError } from './errors.ts';
import { type NodeId, nodeIdFromPublicKey } from './ids.ts';

/** Signs for one node; the key stays inside. */
export type NodeSigner = {
  readonly nodeId: NodeId;
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  /** @returns 64 bytes. */
  readonly sign: (message: Uint8Array) => Uint8Array;
};

/** PKCS #8 and SPKI wrappers of a raw Ed25519 key (RFC 8410, section 7 and appendix A). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const MAX_CACHED_KEYS = 4096;
const publicKeys = new Map<string, KeyObject>();

/** @param seed 32 secret bytes (RFC 8032 private key). */
export function nodeSigner(seed: Uint8Array): NodeSigner {
  if (seed.length !== 32) {
    throw new BallastError('NODE_KEY_LENGTH', `Ed25519 seed: got ${seed.length} bytes, expected 32`);
  }
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const publicKey = Uint8Array.from(spki.subarray(SPKI_PREFIX.length));
  return {
    nodeId: nodeIdFromPublicKey(publicKey),
    publicKey,
    sign: (message) => Uint8Array.from(sign(null, message, key)),
  };
}

/** Whether `signature` (64 bytes) is valid; malformed keys and signatures are invalid, never an exception. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    return verify(null, message, publicKeyObject(publicKey), signature);
  } catch {
    return false;
  }
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const der = Buffer.concat([SPKI_PREFIX, publicKey]);
  const name = der.toString('latin1');
  const known = publicKeys.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  if (publicKeys.size >= MAX_CACHED_KEYS) publicKeys.clear();
  publicKeys.set(name, key);
  return key;
}
