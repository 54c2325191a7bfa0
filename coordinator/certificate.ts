import type { Digest } from '../protocol/digest.ts';
import { BallastError } from '../protocol/errors.ts';
import type { Payload } from '../protocol/messages.ts';
import { type Committee, hasBlsKeys, type Member } from './committee.ts';
import { decisionOf, type RoundDecision } from './entry.ts';
import { bitmapOf, positionsOf } from './signers.ts';

export type Certificate = Payload<'certificate'>;

/** A member's commit vote before it stands in a certificate. */
export type CommitVote = { readonly member: Member; readonly signature: Uint8Array };

/** Signs and checks what the chain verifies. The scheme belongs to the chain, so it comes from outside. */
export type CommitScheme = {
  /** @returns 65 bytes. */
  readonly sign: (decision: RoundDecision) => Promise<Uint8Array>;
  readonly verify: (
    decision: RoundDecision,
    signer: Member['signer'],
    signature: Uint8Array,
  ) => boolean | Promise<boolean>;
  /** For committees with BLS keys; without it their votes are neither cast nor checked. */
  readonly aggregate?: AggregateScheme;
};

/** Votes that add up to one signature. */
export type AggregateScheme = {
  /** @returns 96 bytes. */
  readonly sign: (decision: RoundDecision) => Promise<Uint8Array>;
  /** Which of the votes count. Those that do add up to what `verify` takes. */
  readonly valid: (
    decision: RoundDecision,
    votes: readonly CommitVote[],
  ) => readonly boolean[] | Promise<readonly boolean[]>;
  /** @returns 96 bytes. Only of votes that count. */
  readonly sum: (signatures: readonly Uint8Array[]) => Uint8Array;
  /** Whether the signature is the sum of one vote by each of the members. Never throws. */
  readonly verify: (
    decision: RoundDecision,
    members: readonly Member[],
    signature: Uint8Array,
  ) => boolean | Promise<boolean>;
};

/** The part that checks. */
export type CommitVerifier = Pick<CommitScheme, 'verify'> & {
  readonly aggregate?: Pick<AggregateScheme, 'verify'>;
};

/**
 * A member's own vote, in the way that its committee votes.
 *
 * @throws BallastError `VOTE_SCHEME_MISSING` where the committee has BLS keys and this node none.
 */
export async function castVote(
  scheme: CommitScheme,
  committee: Committee,
  decision: RoundDecision,
): Promise<Uint8Array> {
  return hasBlsKeys(committee) ? aggregateOf(scheme).sign(decision) : scheme.sign(decision);
}

/** Whether the certificate has its votes in the way that the committee votes. */
export function isInFormOf(committee: Committee, { aggregate }: Certificate): boolean {
  return hasBlsKeys(committee) === (aggregate !== undefined);
}

/** Which of some members' votes count. @throws BallastError `VOTE_SCHEME_MISSING`. */
export async function validVotes(
  scheme: CommitScheme,
  committee: Committee,
  decision: RoundDecision,
  votes: readonly CommitVote[],
): Promise<readonly boolean[]> {
  if (hasBlsKeys(committee)) return aggregateOf(scheme).valid(decision, votes);
  const valid: boolean[] = [];
  for (const { member, signature } of votes)
    valid.push(await scheme.verify(decision, member.signer, signature));
  return valid;
}

/** A certificate as its committee writes it, of votes that count: one by one, or their sum. */
export function sealCertificate(
  scheme: CommitScheme,
  committee: Committee,
  certificate: Certificate,
): Certificate {
  const { signatures, aggregate } = certificate;
  if (!hasBlsKeys(committee) || aggregate !== undefined) return certificate;
  const signature = aggregateOf(scheme).sum(signatures.map((vote) => vote.signature));
  const signers = bitmapOf(signatures.map(({ index }) => index));
  return { ...certificate, signatures: [], aggregate: { signers, signature } };
}

/** Positions of those whose votes the certificate says it has. */
export function signersOf({ signatures, aggregate }: Certificate): number[] {
  return aggregate === undefined ? signatures.map(({ index }) => index) : positionsOf(aggregate.signers);
}

/**
 * Whether a quorum of distinct members signed the decision that the entry and view stand for, in the one way that
 * their committee votes. One bad or repeated vote refuses them all, as on the chain: a certificate that counts here
 * can be published.
 */
export async function isCertified(
  certificate: Certificate,
  network: Digest,
  committee: Committee,
  scheme: CommitVerifier,
): Promise<boolean> {
  const { entry, view, signatures, aggregate } = certificate;
  const positions = signersOf(certificate);
  const members = [...new Set(positions)].flatMap((index) => committee.members[index] ?? []);
  // What costs nothing is looked at first: anyone may hand in a certificate.
  if (entry.epoch !== committee.epoch) return false;
  if (members.length !== positions.length || members.length < committee.quorum) return false;
  if (!isInFormOf(committee, certificate)) return false;
  const decision = decisionOf(network, entry, view);
  if (aggregate !== undefined) {
    if (signatures.length > 0) return false;
    return aggregateOf(scheme).verify(decision, members, aggregate.signature);
  }
  for (const { index, signature } of signatures) {
    const member = committee.members[index];
    if (member === undefined || !(await scheme.verify(decision, member.signer, signature))) return false;
  }
  return true;
}

function aggregateOf<Scheme>(scheme: { readonly aggregate?: Scheme }): Scheme {
  if (scheme.aggregate !== undefined) return scheme.aggregate;
  throw new BallastError(
    'VOTE_SCHEME_MISSING',
    'commit votes: the committee votes with BLS, and this node was started without',
  );
}
