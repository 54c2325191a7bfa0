import type { Digest } from '../protocol/digest.ts';
import type { Payload } from '../protocol/messages.ts';
import type { Committee, Member } from './committee.ts';
import { decisionOf, type RoundDecision } from './entry.ts';

export type Certificate = Payload<'certificate'>;

/** Signs and checks what the chain verifies. The scheme belongs to the chain, so it comes from outside. */
export type CommitScheme = {
  /** @returns 65 bytes. */
  readonly sign: (decision: RoundDecision) => Promise<Uint8Array>;
  readonly verify: (
    decision: RoundDecision,
    signer: Member['signer'],
    signature: Uint8Array,
  ) => boolean | Promise<boolean>;
};

/**
 * Whether a quorum of distinct members signed the decision that the entry and view stand for. One bad or repeated
 * vote refuses them all, as on the chain: a certificate that counts here can be published.
 */
export async function isCertified(
  certificate: Certificate,
  network: Digest,
  committee: Committee,
  scheme: CommitScheme,
): Promise<boolean> {
  const { entry, view, signatures } = certificate;
  const voters = new Set(signatures.map(({ index }) => index));
  // What costs nothing is looked at first: anyone may hand in a certificate.
  if (entry.epoch !== committee.epoch) return false;
  if (voters.size !== signatures.length || voters.size < committee.quorum) return false;
  const decision = decisionOf(network, entry, view);
  for (const { index, signature } of signatures) {
    const member = committee.members[index];
    if (member === undefined || !(await scheme.verify(decision, member.signer, signature))) return false;
  }
  return true;
}
