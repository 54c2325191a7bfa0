import { bls12_381 } from '@noble/curves/bls12-381.js';
import { BoundedCache } from '../../protocol/cache.ts';
import { type Digest, fromHex, toHex } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { BLS_SIGNATURE_BYTES } from '../../protocol/round-entry.ts';

/**
 * BLS12-381 signatures with keys in G1 and signatures in G2 (draft-irtf-cfrg-bls-signature, minimal-pubkey-size),
 * hashed as RFC 9380 has it. A sum of signatures of one message verifies under the sum of the keys. That is sound
 * only among keys whose owners proved possession: without the proof, a key made from the others' keys signs for all.
 */
type Curve = typeof bls12_381;
type Key = ReturnType<Curve['G1']['Point']['fromBytes']>;
type Signature = ReturnType<Curve['G2']['Point']['fromBytes']>;

/** Bytes of a compressed key and of a secret key. */
export const BLS_KEY_BYTES = 48;
export const BLS_SECRET_BYTES = 32;

/** What a signature is for: the domain separation tag of RFC 9380, section 3.1. */
export const BLS_DOMAINS = {
  vote: 'BALLAST-V1-VOTE-BLS12381G2_XMD:SHA-256_SSWU_RO_POP_',
  possession: 'BALLAST-V1-POSSESSION-BLS12381G2_XMD:SHA-256_SSWU_RO_POP_',
} as const;
export type BlsPurpose = keyof typeof BLS_DOMAINS;

/**
 * A secret key from 48 bytes or more of randomness (FIPS 186-5, appendix A.2.1).
 *
 * @param seed at least 48 bytes that nobody else knows.
 */
export function blsSecretKey(seed: Uint8Array): Uint8Array {
  return bls12_381.longSignatures.keygen(seed).secretKey;
}

/** @returns 48 bytes. @throws BallastError `BLS_SECRET_MALFORMED`. */
export function blsPublicKey(secret: Uint8Array): Uint8Array {
  return withSecret(() => bls12_381.longSignatures.getPublicKey(secret).toBytes());
}

/** @returns 96 bytes. @throws BallastError `BLS_SECRET_MALFORMED`. */
export function signBls(secret: Uint8Array, purpose: BlsPurpose, digest: Digest): Uint8Array {
  return withSecret(() => bls12_381.longSignatures.sign(messagePoint(purpose, digest), secret).toBytes());
}

/** Whether the owner of the key signed the digest. Never throws: what is malformed is nobody's. */
export function isSignedWithBls(
  key: Uint8Array,
  purpose: BlsPurpose,
  digest: Digest,
  signature: Uint8Array,
): boolean {
  return isSignedByAll([key], purpose, digest, signature);
}

/**
 * Whether the signature is the sum of one signature of the digest by each key's owner. A key that stands twice counts
 * twice, so callers pass distinct members. Never throws.
 */
export function isSignedByAll(
  keys: readonly Uint8Array[],
  purpose: BlsPurpose,
  digest: Digest,
  signature: Uint8Array,
): boolean {
  if (keys.length === 0) return false;
  try {
    const key = sum(keys.map(keyPoint), bls12_381.G1.Point.ZERO);
    if (key.is0()) return false;
    return bls12_381.longSignatures.verify(signaturePoint(signature), messagePoint(purpose, digest), key);
  } catch {
    return false;
  }
}

/**
 * Which of several signatures of one digest count. They are checked as one, and in halves where that fails, so that a
 * few bad ones cost little. Two that are wrong by opposite amounts both count: together they say what two right ones
 * say, and only their owners, who would have had to agree on it, can make them. Never throws.
 */
export function validBlsSignatures(
  purpose: BlsPurpose,
  digest: Digest,
  signed: readonly { readonly key: Uint8Array; readonly signature: Uint8Array }[],
): boolean[] {
  const valid = signed.map(() => false);
  const message = messagePoint(purpose, digest);
  const parsed = signed.flatMap(({ key, signature }, i) => {
    try {
      return [{ i, key: keyPoint(key), signature: signaturePoint(signature) }];
    } catch {
      return [];
    }
  });
  const check = (some: typeof parsed): void => {
    if (some.length === 0) return;
    const key = sum(
      some.map((each) => each.key),
      bls12_381.G1.Point.ZERO,
    );
    const signature = sum(
      some.map((each) => each.signature),
      bls12_381.G2.Point.ZERO,
    );
    if (!key.is0() && !signature.is0() && bls12_381.longSignatures.verify(signature, message, key)) {
      for (const { i } of some) valid[i] = true;
    } else if (some.length > 1) {
      const half = some.length >> 1;
      check(some.slice(0, half));
      check(some.slice(half));
    }
  };
  check(parsed);
  return valid;
}

/** Whether the bytes are a key: a point of the subgroup other than infinity, compressed. */
export function isBlsKey(key: Uint8Array): boolean {
  try {
    keyPoint(key);
    return true;
  } catch {
    return false;
  }
}

/**
 * The sum of signatures of one message, 96 bytes.
 *
 * @throws BallastError `BLS_POINT_MALFORMED`, also when there is none, or when they cancel out.
 */
export function aggregateBlsSignatures(signatures: readonly Uint8Array[]): Uint8Array {
  return notInfinity('signature', sum(signatures.map(signaturePoint), bls12_381.G2.Point.ZERO)).toBytes();
}

/** The sum of keys, 48 bytes. @throws BallastError `BLS_POINT_MALFORMED`. */
export function aggregateBlsKeys(keys: readonly Uint8Array[]): Uint8Array {
  return notInfinity('key', sum(keys.map(keyPoint), bls12_381.G1.Point.ZERO)).toBytes();
}

/** A key as the precompiles of EIP-2537 take it: x and y, 64 bytes each. @throws BallastError `BLS_POINT_MALFORMED`. */
export function encodeKeyForChain(key: Uint8Array): Uint8Array {
  const { x, y } = keyPoint(key).toAffine();
  return joined([x, y]);
}

/** The compressed key of 128 bytes as EIP-2537 writes it. @throws BallastError `BLS_POINT_MALFORMED`. */
export function decodeKeyFromChain(encoded: Uint8Array): Uint8Array {
  if (encoded.length !== 128) throw malformed('key', `${encoded.length} bytes in place of 128`);
  const element = (start: number) => BigInt(`0x${toHex(encoded.subarray(start, start + 64))}`);
  try {
    const found = bls12_381.G1.Point.fromAffine({ x: element(0), y: element(64) });
    found.assertValidity();
    return notInfinity('key', found).toBytes();
  } catch (cause) {
    throw malformed('key', 'bytes of no point of the subgroup', cause);
  }
}

/** A signature as EIP-2537 takes it: x and y in two parts of 64 bytes each. @throws BallastError `BLS_POINT_MALFORMED`. */
export function encodeSignatureForChain(signature: Uint8Array): Uint8Array {
  const { x, y } = signaturePoint(signature).toAffine();
  return joined([x.c0, x.c1, y.c0, y.c1]);
}

/** The point that a signature of the digest multiplies. */
export function messagePoint(purpose: BlsPurpose, digest: Digest): Signature {
  return bls12_381.longSignatures.hash(fromHex(digest), BLS_DOMAINS[purpose]);
}

function joined(elements: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(64 * elements.length);
  elements.forEach((element, i) => {
    bytes.set(bls12_381.fields.Fp.toBytes(element), 64 * i + 64 - bls12_381.fields.Fp.BYTES);
  });
  return bytes;
}

/** The keys of a committee, of which each is needed every round and takes 2 ms to check. */
const keys = new BoundedCache<Key>(2048);

function keyPoint(bytes: Uint8Array): Key {
  if (bytes.length !== BLS_KEY_BYTES) throw malformed('key', `${bytes.length} bytes`);
  const text = toHex(bytes);
  const known = keys.get(text) ?? point('key', BLS_KEY_BYTES, bytes, bls12_381.G1.Point);
  keys.set(text, known, 1);
  return known;
}

const signaturePoint = (bytes: Uint8Array): Signature =>
  point('signature', BLS_SIGNATURE_BYTES, bytes, bls12_381.G2.Point);

type Group = { is0(): boolean };

/** Decodes a compressed point and checks the curve, the subgroup and that it is not infinity. */
function point<P extends Group & { assertValidity(): void }>(
  what: string,
  length: number,
  bytes: Uint8Array,
  group: { fromBytes(bytes: Uint8Array): P },
): P {
  if (bytes.length !== length) throw malformed(what, `${bytes.length} bytes`);
  let found: P;
  try {
    found = group.fromBytes(bytes);
    found.assertValidity();
  } catch (cause) {
    throw malformed(what, 'bytes of no point of the subgroup', cause);
  }
  return notInfinity(what, found);
}

function notInfinity<P extends Group>(what: string, found: P): P {
  if (found.is0()) throw malformed(what, 'the point at infinity');
  return found;
}

function sum<P extends { add(other: P): P }>(points: readonly P[], zero: P): P {
  return points.reduce((total, each) => total.add(each), zero);
}

function malformed(what: string, given: string, cause?: unknown): BallastError {
  return new BallastError('BLS_POINT_MALFORMED', `BLS ${what}: got ${given}, expected a compressed point`, {
    cause,
  });
}

function withSecret<T>(use: () => T): T {
  try {
    return use();
  } catch {
    // The cause is left out: it may quote the key.
    throw new BallastError(
      'BLS_SECRET_MALFORMED',
      `BLS secret key: expected ${BLS_SECRET_BYTES} bytes of a number from 1 to below the group's order`,
    );
  }
}
