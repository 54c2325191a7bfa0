import { BoundedCache } from './cache.ts';
import { type Digest, digestOfBytes, domainHash, fromHex, isDigest } from './digest.ts';
import { type NodeSigner, verifyEd25519 } from './ed25519.ts';
import { decodeCanonical, decodeChecked, type Encodable, encodeCanonical } from './encoding.ts';
import { BallastError, MessageError } from './errors.ts';
import { isNodeId, type NodeId, publicKeyFromNodeId } from './ids.ts';
import { isMessageType, type MessageType } from './message-types.ts';

/** What surrounds every message between nodes. Times are milliseconds since the Unix epoch. */
export type Envelope = {
  readonly v: 1;
  /** The network id: a message of one network means nothing in another. */
  readonly net: Digest;
  readonly type: MessageType;
  readonly round: number;
  readonly view: number;
  readonly sender: NodeId;
  /** Grows with every message of the sender, across restarts. */
  readonly seq: number;
  readonly ts: number;
  readonly expiry: number;
  readonly payload: Encodable;
  /** Ed25519 over the domain-tagged hash of all the other fields. */
  readonly sig: Uint8Array;
};

export type UnsignedEnvelope = Omit<Envelope, 'sig' | 'v' | 'sender'>;

/** A message as it came: the envelope, its exact bytes and their digest. */
export type Sealed = { readonly envelope: Envelope; readonly bytes: Uint8Array; readonly digest: Digest };

export const MAX_ENVELOPE_BYTES = 1 << 20;
const DOMAIN = 'ballast/envelope/1';
const FIELDS = 11;

/**
 * Messages come again, as evidence inside others; a signature that held once holds. Digests alone are kept: a
 * decoded message takes up to fifty times its bytes, and one reader's changes must not reach the next.
 */
const verified = new BoundedCache<true>(1 << 16);

export function signEnvelope(unsigned: UnsignedEnvelope, signer: NodeSigner): Sealed {
  const body = { v: 1 as const, sender: signer.nodeId, ...unsigned };
  const sig = signer.sign(signedBytes(body));
  const bytes = encodeCanonical({ ...body, sig });
  return { envelope: { ...body, sig }, bytes, digest: digestOfBytes(bytes) };
}

/**
 * Reads and checks the outside of a message: size, form, signature, and that the sender's name is the key that
 * signed. What the message means is for its reader.
 *
 * @param before hears of an envelope that is well-formed and whose signature has not been checked, and may refuse it
 *   first; not of one that was opened before.
 * @throws MessageError `MESSAGE_TOO_LARGE`, `MESSAGE_MALFORMED` or `MESSAGE_BAD_SIGNATURE`, all `reject`, or what
 *   `before` throws.
 */
export function openEnvelope(bytes: Uint8Array, before?: (unverified: Envelope) => void): Sealed {
  if (bytes.length > MAX_ENVELOPE_BYTES) {
    throw new MessageError(
      'reject',
      'MESSAGE_TOO_LARGE',
      `message: got ${bytes.length} bytes, expected at most ${MAX_ENVELOPE_BYTES}`,
    );
  }
  const digest = digestOfBytes(bytes);
  const own = new Uint8Array(bytes);
  if (verified.get(digest)) return { envelope: decodeChecked(own) as Envelope, bytes: own, digest };
  const envelope = readEnvelope(own);
  before?.(envelope);
  const { sig, ...body } = envelope;
  if (!verifyEd25519(publicKeyFromNodeId(body.sender), signedBytes(body), sig)) {
    throw new MessageError(
      'reject',
      'MESSAGE_BAD_SIGNATURE',
      `message from ${body.sender}: the signature is not the sender's`,
    );
  }
  verified.set(digest, true, 1);
  return { envelope, bytes: own, digest };
}

function readEnvelope(bytes: Uint8Array): Envelope {
  const value = decoded(bytes);
  if (!isEnvelope(value)) {
    throw new MessageError(
      'reject',
      'MESSAGE_MALFORMED',
      'message: the fields of the envelope are missing or of the wrong type',
    );
  }
  return value;
}

function decoded(bytes: Uint8Array): Encodable {
  try {
    return decodeCanonical(bytes, { maxBytes: MAX_ENVELOPE_BYTES });
  } catch (cause) {
    const reason = cause instanceof BallastError ? cause.message : 'it does not decode';
    throw new MessageError('reject', 'MESSAGE_MALFORMED', `message: ${reason}`, { cause });
  }
}

function isEnvelope(value: Encodable): value is Envelope & { readonly [key: string]: Encodable } {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array)
    return false;
  const e = value as { readonly [key: string]: Encodable };
  return (
    Object.keys(e).length === FIELDS &&
    e.v === 1 &&
    isDigest(e.net) &&
    isMessageType(e.type) &&
    [e.round, e.view, e.seq, e.ts, e.expiry].every(isCount) &&
    isNodeId(e.sender) &&
    e.payload !== undefined &&
    e.sig instanceof Uint8Array &&
    e.sig.length === 64
  );
}

function isCount(value: Encodable | undefined): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function signedBytes(body: Omit<Envelope, 'sig'>): Uint8Array {
  return domainHash(DOMAIN, fromHex(body.net), encodeCanonical({ ...body }));
}
