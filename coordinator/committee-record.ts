import { decodeCanonical, encodeCanonical, sameBytes } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import { isNodeId } from '../protocol/ids.ts';
import { type Committee, createCommittee, type Member } from './committee.ts';
import { roundKey } from './keys.ts';

export const committeeKey = (epoch: number): string => roundKey('committee', epoch);

/** A committee as the log keeps it, so that votes can be verified where the chain is away. */
export function encodeCommittee({ epoch, members }: Committee): Uint8Array {
  return encodeCanonical({ epoch, members: members.map(({ node, signer }) => ({ node, signer })) });
}

/** @throws BallastError `COMMITTEE_MALFORMED`, or what decoding and `createCommittee` throw. */
export function decodeCommittee(bytes: Uint8Array, epoch: number): Committee {
  const value = decodeCanonical(bytes) as { readonly epoch?: unknown; readonly members?: unknown } | null;
  const isMember = (each: Partial<Member> | null) =>
    isNodeId(each?.node) && typeof each?.signer === 'string' && /^0x[0-9a-f]{40}$/.test(each.signer);
  if (value?.epoch !== epoch || !Array.isArray(value.members) || !value.members.every(isMember)) {
    throw malformed(epoch);
  }
  const committee = createCommittee(epoch, value.members);
  // A committee has one record, since its digest is what members agree on.
  if (!sameBytes(encodeCommittee(committee), bytes)) throw malformed(epoch);
  return committee;
}

function malformed(epoch: number): BallastError {
  return new BallastError(
    'COMMITTEE_MALFORMED',
    `committee of epoch ${epoch}: got another form, expected the members of that epoch in the order of their signers`,
    { metadata: { epoch } },
  );
}
