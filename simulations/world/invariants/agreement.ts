import {
  type Certificate,
  type CommitScheme,
  isCertified,
  signersOf,
} from '../../../coordinator/certificate.ts';
import type { Committee } from '../../../coordinator/committee.ts';
import { decisionOf, entryDigest } from '../../../coordinator/entry.ts';
import type { Digest } from '../../../protocol/digest.ts';
import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';

/** One certified entry a round, and under every certificate the valid signatures of a quorum of distinct members. */
export function agreement(
  context: InvariantContext,
  network: Digest,
  committee: Committee,
  scheme: CommitScheme,
): Invariant {
  const certified = new Map<number, Digest>();
  const seen = new WeakSet<Certificate>();
  const checks: Promise<void>[] = [];

  const check = async (certificate: Certificate, holder: string) => {
    const { entry, view, signatures, aggregate } = certificate;
    const decision = decisionOf(network, entry, view);
    const valid = new Set<number>();
    for (const { index, signature } of signatures) {
      const member = committee.members[index];
      if (member !== undefined && (await scheme.verify(decision, member.signer, signature))) valid.add(index);
    }
    if (aggregate !== undefined && (await isCertified(certificate, network, committee, scheme)))
      for (const index of signersOf(certificate)) valid.add(index);
    if (valid.size < context.quorum || valid.size < signatures.length) {
      context.report(
        'CERTIFICATE_INVALID',
        `${holder} holds a certificate of round ${entry.round} with ${valid.size} valid of ${signatures.length} signatures, expected ${context.quorum}`,
      );
    }
  };

  return {
    onDecided: (node, { certificate }) => {
      const { round } = certificate.entry;
      const digest = entryDigest(certificate.entry);
      const known = certified.get(round) ?? digest;
      certified.set(round, known);
      if (known !== digest)
        context.report('TWO_CERTIFICATES', `round ${round}: ${nameOf(context, node)} holds another entry`);
      if (seen.has(certificate)) return;
      seen.add(certificate);
      checks.push(check(certificate, nameOf(context, node)));
    },
    onEnd: async () => {
      await Promise.all(checks);
    },
  };
}
