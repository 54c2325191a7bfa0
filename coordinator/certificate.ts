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

/** Whether a quorum of distinct members signed the decision that the entry and view stand for. */
export async function isCertified(
  certificate: Certificate,
  network: Digest,
  committee: Committee,
  scheme: CommitScheme,
): Promise<boolean> {
  const { entry, view, signatures } = certificate;
  const decision = decisionOf(network, entry, view);
  const valid = new Set<number>();
  for (const { index, signature } of signatures) {
    const member = committee.members[index];
    if (member !== undefined && (await scheme.verify(decision, member.signer, signature))) valid.add(index);
  }
  return entry.epoch === committee.epoch && valid.size >= committee.quorum;
}
