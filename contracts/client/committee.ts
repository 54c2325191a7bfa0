import { type Address, concat, type Hex, keccak256, pad } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { MAX_COMMITTEE } from '../../protocol/round-entry.ts';
import { digestFromWord, hexFromBytes, lowerCaseAddress } from './words.ts';

/** A member's vote: its position in the committee and 65 bytes r ‖ s ‖ v. */
export type CommitteeSignature = { readonly index: number; readonly signature: Uint8Array };

/**
 * The root that the chain knows a committee by: keccak256 of the addresses, 32 bytes each.
 *
 * @param addresses signers in strictly ascending order.
 * @throws BallastError `COMMITTEE_SIZE` or `COMMITTEE_ORDER`.
 */
export function committeeRoot(addresses: readonly string[]): Digest {
  const committee = addresses.map(lowerCaseAddress);
  if (committee.length < 1 || committee.length > MAX_COMMITTEE) {
    throw new BallastError(
      'COMMITTEE_SIZE',
      `committee: got ${committee.length} addresses, expected 1 to ${MAX_COMMITTEE}`,
    );
  }
  committee.forEach((address, i) => {
    const previous = committee[i - 1];
    if (previous !== undefined && address <= previous) {
      throw new BallastError(
        'COMMITTEE_ORDER',
        `committee: ${address} at ${i} follows ${previous}, expected ascending order`,
        { metadata: { index: i } },
      );
    }
  });
  return digestFromWord(keccak256(concat(committee.map((address): Hex => pad(address)))));
}

/** The form that the contracts take. */
export function encodeCommittee(addresses: readonly string[]): Address[] {
  return addresses.map(lowerCaseAddress);
}

export function encodeSignatures(
  signatures: readonly CommitteeSignature[],
): { index: number; signature: Hex }[] {
  return signatures.map(({ index, signature }) => ({ index, signature: hexFromBytes(signature) }));
}
