import { type Address, type LocalAccount, recoverAddress } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import {
  type CommitteeRotation,
  type ContractDomain,
  committeeRotationTypedData,
  type Recommendation,
  type RoundDecision,
  recommendationTypedData,
  roundDecisionTypedData,
} from './typed-data.ts';
import { bytesFromHex, hexFromBytes, lowerCaseAddress, wordFromDigest } from './words.ts';

/** What signs votes: a local account, or one whose key another process holds. */
export type TypedDataSigner = Pick<LocalAccount, 'address' | 'signTypedData'>;

/** Half of the order of secp256k1, rounded down (SEC 2, section 2.4.1). */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** @returns 65 bytes r ‖ s ‖ v with a low s: what the ModelRegistry accepts. */
export async function signRoundDecision(
  account: TypedDataSigner,
  domain: ContractDomain,
  decision: RoundDecision,
): Promise<Uint8Array> {
  return bytesFromHex(await account.signTypedData(roundDecisionTypedData(domain, decision)));
}

/** @returns 65 bytes, for the ModelRegistry. */
export async function signCommitteeRotation(
  account: TypedDataSigner,
  domain: ContractDomain,
  rotation: CommitteeRotation,
): Promise<Uint8Array> {
  return bytesFromHex(await account.signTypedData(committeeRotationTypedData(domain, rotation)));
}

/** @returns 65 bytes, for the BoundedAutonomyController. */
export async function signRecommendation(
  account: TypedDataSigner,
  domain: ContractDomain,
  recommendation: Recommendation,
): Promise<Uint8Array> {
  return bytesFromHex(await account.signTypedData(recommendationTypedData(domain, recommendation)));
}

/**
 * Who signed a digest, as the contracts would say: a signature that they refuse (other than 65 bytes, a high s, a
 * v other than 27 or 28) is nobody's, so that a vote which counts off-chain counts on-chain too.
 *
 * @returns the address in lower case; undefined for a signature of nobody. Never throws.
 */
export async function recoverSigner(digest: Digest, signature: Uint8Array): Promise<Address | undefined> {
  if (!isCanonicalSignature(signature)) return undefined;
  try {
    const hash = wordFromDigest(digest);
    return lowerCaseAddress(await recoverAddress({ hash, signature: hexFromBytes(signature) }));
  } catch {
    return undefined;
  }
}

/** Whether `signer` signed the digest in the form that the contracts accept. */
export async function isSignedBy(digest: Digest, signature: Uint8Array, signer: string): Promise<boolean> {
  return (await recoverSigner(digest, signature)) === lowerCaseAddress(signer);
}

function isCanonicalSignature(signature: Uint8Array): boolean {
  const v = signature[64];
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return false;
  return BigInt(hexFromBytes(signature.subarray(32, 64))) <= HALF_ORDER;
}
