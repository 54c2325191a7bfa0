import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { MessageType } from '../../protocol/message-types.ts';

/** What a proof shows that a node did. */
export const EVIDENCE_KINDS = [
  /** Two update headers for one round. */
  'equivocation-header',
  /** Two reports, prepares, commits or view changes for one round and view. */
  'equivocation-vote',
  /** Two proposals for one round and view. */
  'equivocation-proposal',
  /** A header, and F+1 members who could not have its body. */
  'body-withheld',
  /** Headers whose statements of the privacy ledger contradict each other, or pass the network's budget. */
  'false-ledger',
  /** A challenged step of training that does not follow from the one before. */
  'failed-audit',
] as const;

export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/**
 * Kinds that show a fault by themselves, and so quarantine at once. A body that F+1 members did not get is none: one
 * of them is honest and the others may not be, and a bad link looks the same. Its node loses that round, and its tier
 * after five of them.
 */
export const PUNISHABLE: ReadonlySet<EvidenceKind> = new Set(
  EVIDENCE_KINDS.filter((kind) => kind !== 'body-withheld'),
);

/** A proof as it travels: signed messages, or what an audit left behind. */
export type Evidence = { readonly kind: EvidenceKind; readonly proof: readonly Uint8Array[] };

/** What a valid proof says. */
export type Offence = {
  readonly node: NodeId;
  readonly kind: EvidenceKind;
  /** The round of the deed; of two, the later. */
  readonly round: number;
  /** Digest of the proof. */
  readonly evidence: Digest;
};

/** Of which kind two different messages of this type for one place are proof; undefined where there may be many. */
export function equivocationKind(type: MessageType): EvidenceKind | undefined {
  switch (type) {
    case 'update-header':
      return 'equivocation-header';
    case 'proposal':
      return 'equivocation-proposal';
    case 'seal-report':
    case 'body-report':
    case 'prepare':
    case 'commit':
    case 'view-change':
      return 'equivocation-vote';
    default:
      return undefined;
  }
}

export function isEvidenceKind(value: unknown): value is EvidenceKind {
  return EVIDENCE_KINDS.some((kind) => kind === value);
}
