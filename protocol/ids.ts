import { base58btc } from 'multiformats/bases/base58';
import { BoundedCache } from './cache.ts';
import { BallastError } from './errors.ts';

/**
 * A node's name: its libp2p peer id, the identity multihash of its Ed25519 public key in base58
 * (libp2p peer-id specification). The key can be read back out of it, so a name cannot be claimed by
 * another key.
 */
export type NodeId = string;

/** identity multihash (0x00, 36 bytes) of the protobuf {type: Ed25519 (1), data: 32 bytes}. */
const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const KEY_LENGTH = 32;
/** The names of a network come again in every message, and base58 is slow. */
const keys = new BoundedCache<Uint8Array>(4096);

/** @param publicKey 32 bytes, Ed25519. */
export function nodeIdFromPublicKey(publicKey: Uint8Array): NodeId {
  if (publicKey.length !== KEY_LENGTH) {
    throw new BallastError(
      'NODE_KEY_LENGTH',
      `Ed25519 public key: got ${publicKey.length} bytes, expected 32`,
    );
  }
  return base58btc.baseEncode(Uint8Array.of(...PREFIX, ...publicKey));
}

/** @throws BallastError `NODE_ID_MALFORMED`. */
export function publicKeyFromNodeId(id: NodeId): Uint8Array {
  const known = keys.get(id);
  if (known !== undefined) return Uint8Array.from(known);
  const bytes = decodeBase58(id);
  // The decoder takes characters above U+00FF for digits; without the last check one key had many names.
  if (
    bytes?.length !== PREFIX.length + KEY_LENGTH ||
    !PREFIX.every((byte, i) => bytes[i] === byte) ||
    base58btc.baseEncode(bytes) !== id
  ) {
    throw new BallastError(
      'NODE_ID_MALFORMED',
      `node id: got ${JSON.stringify(String(id).slice(0, 64))}, expected an Ed25519 peer id (12D3KooW…)`,
    );
  }
  const key = bytes.slice(PREFIX.length);
  keys.set(id, Uint8Array.from(key), 1);
  return key;
}

function decodeBase58(text: string): Uint8Array | undefined {
  try {
    return text.length <= 64 ? base58btc.baseDecode(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is a node's name, as {@link publicKeyFromNodeId} reads it. */
export function isNodeId(value: unknown): value is NodeId {
  if (typeof value !== 'string') return false;
  try {
    return publicKeyFromNodeId(value).length === KEY_LENGTH;
  } catch {
    return false;
  }
}

/** The tail of a node id: what a person can tell nodes apart by. */
export function shortNodeId(id: NodeId): string {
  return id.slice(-6);
}
