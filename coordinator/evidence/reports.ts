import type { Digest } from '../../protocol/digest.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import type { Certificate } from '../certificate.ts';
import { decisionOf, entryDigest, type RoundDecision, withOutcome } from '../entry.ts';
import { readMessage } from '../received.ts';
import { decodeEvidence, evidenceDigest } from './encoding.ts';
import { type EvidenceKind, isEvidenceKind, PUNISHABLE } from './kinds.ts';

type Reported = {
  readonly node: NodeId;
  readonly kind: EvidenceKind;
  /** Digest of the proof. */
  readonly evidence: Digest;
  readonly round: number;
  readonly epoch: number;
};

/** What a chain that holds bonds can be shown of an offence. */
export type OffenceReport =
  | (Reported & {
      /** A quorum's word: the entry of a round names it. */
      readonly basis: 'certified';
      readonly certificate: Certificate;
      /** Place in the entry's list. */
      readonly index: number;
    })
  | (Reported & {
      /** The member's own two commit votes. */
      readonly basis: 'votes';
      readonly decisions: readonly [RoundDecision, RoundDecision];
      readonly votes: readonly [Uint8Array, Uint8Array];
    });

/** The punishable offences that a certificate's entry names, whatever its outcome. */
export function certifiedReports(certificate: Certificate): OffenceReport[] {
  const { offences, round, epoch } = certificate.entry;
  return offences.flatMap(({ node, kind, evidence }, index) =>
    isEvidenceKind(kind) && PUNISHABLE.has(kind)
      ? [{ basis: 'certified' as const, node, kind, evidence, round, epoch, certificate, index }]
      : [],
  );
}

/**
 * Two commit votes in one view with what they are votes for. A commit names its entry by digest alone, so both entries
 * have to be known.
 *
 * @param proof canonical bytes that have been checked.
 * @param entries of the round that this node knows: certified, or in a proposal; with either outcome.
 * @returns undefined for another kind of proof, and where an entry is not known.
 */
export function voteReport(
  network: Digest,
  proof: Uint8Array,
  entries: readonly RoundEntry[],
): OffenceReport | undefined {
  const { kind, proof: parts } = decodeEvidence(proof);
  if (kind !== 'equivocation-vote') return undefined;
  const commits = parts.map((part) => readMessage(openEnvelope(part)));
  const [first, second] = commits;
  if (first?.type !== 'commit' || second?.type !== 'commit') return undefined;
  const known = new Map(entries.flatMap(withBothOutcomes).map((entry) => [entryDigest(entry), entry]));
  const [one, other] = [known.get(first.payload.entry), known.get(second.payload.entry)];
  if (one === undefined || other === undefined || one.round !== first.round) return undefined;
  const { sender: node, round, view } = first;
  return {
    basis: 'votes',
    ...{ node, kind, evidence: evidenceDigest(proof), round, epoch: one.epoch },
    decisions: [decisionOf(network, one, view), decisionOf(network, other, view)],
    votes: [first.payload.signature, second.payload.signature],
  };
}

/** The entries that a proof about two proposals holds; none for another kind. */
function proposedEntries(proof: Uint8Array): RoundEntry[] {
  const { kind, proof: parts } = decodeEvidence(proof);
  if (kind !== 'equivocation-proposal') return [];
  return parts.flatMap((part) => {
    const message = readMessage(openEnvelope(part));
    return message.type === 'proposal' ? message.payload.entry : [];
  });
}

/** A rejection names what was worse, so that one that nobody knows cannot be guessed. */
function withBothOutcomes(entry: RoundEntry): RoundEntry[] {
  if (entry.outcome === 'aborted') return [entry];
  return [entry, withOutcome(entry, 'accepted'), withOutcome(entry, 'rejected')];
}

/** Where reports are made from: a node's log and the proofs that it keeps. */
export type ReportSources = {
  readonly network: Digest;
  readonly certificate: (round: number) => Promise<Certificate | undefined>;
  /** Kept proofs about a round. */
  readonly proofs: (round: number) => Promise<readonly Uint8Array[]>;
};

/** Everything that may be reported of a round: the votes first, which take the whole of a bond. */
export async function reportsOf(round: number, sources: ReportSources): Promise<OffenceReport[]> {
  const certificate = await sources.certificate(round);
  const proofs = await sources.proofs(round);
  const entries = [...(certificate === undefined ? [] : [certificate.entry])];
  for (const proof of proofs) entries.push(...attempt(() => proposedEntries(proof), []));
  const votes = proofs.flatMap(
    (proof) => attempt(() => voteReport(sources.network, proof, entries), undefined) ?? [],
  );
  return [...votes, ...(certificate === undefined ? [] : certifiedReports(certificate))];
}

/** A kept proof that does not open any more says nothing. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BallastError) return otherwise;
    throw error;
  }
}
