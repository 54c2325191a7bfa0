import type { Address } from 'viem';
import type { RoundDecision } from '../../protocol/decision.ts';
import { isSignedWithBls } from './bls.ts';
import { recoverSigner } from './signatures.ts';
import { type ContractDomain, roundDecisionDigest } from './typed-data.ts';

/** Two commit votes of one member that exclude each other, as `Equivocation.sol` takes them. */
export type CommitEquivocation = {
  readonly decisions: readonly [RoundDecision, RoundDecision];
  readonly votes: readonly [Uint8Array, Uint8Array];
};

/** Whether no honest member votes for both: different decisions of one network, epoch, round and view. */
export function isConflict(first: RoundDecision, second: RoundDecision): boolean {
  const isSamePlace =
    first.network === second.network &&
    first.epoch === second.epoch &&
    first.round === second.round &&
    first.view === second.view;
  const isSame =
    first.outcome === second.outcome &&
    first.version === second.version &&
    first.modelDigest === second.modelDigest &&
    first.entryDigest === second.entryDigest;
  return isSamePlace && !isSame;
}

/**
 * Who signed both decisions with ECDSA.
 *
 * @param domain whose contract is the ModelRegistry.
 * @returns the address in lower case; undefined where nothing is proven. Never throws.
 */
export async function equivocatorOf(
  domain: ContractDomain,
  { decisions: [first, second], votes }: CommitEquivocation,
): Promise<Address | undefined> {
  if (!isConflict(first, second)) return undefined;
  const signer = await recoverSigner(roundDecisionDigest(domain, first), votes[0]);
  const other = await recoverSigner(roundDecisionDigest(domain, second), votes[1]);
  return signer === other ? signer : undefined;
}

/** Whether the owner of the BLS key of 48 bytes signed both decisions. Never throws. */
export function isSignedTwice(
  domain: ContractDomain,
  { decisions: [first, second], votes }: CommitEquivocation,
  key: Uint8Array,
): boolean {
  return (
    isConflict(first, second) &&
    isSignedWithBls(key, 'vote', roundDecisionDigest(domain, first), votes[0]) &&
    isSignedWithBls(key, 'vote', roundDecisionDigest(domain, second), votes[1])
  );
}
