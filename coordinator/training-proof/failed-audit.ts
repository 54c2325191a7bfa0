import { type Digest, digestOfBytes } from '../../protocol/digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { MAX_ENVELOPE_BYTES, openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { type Received, readMessage } from '../received.ts';
import { decodeOpening, openingBytes } from './opening.ts';
import type { AuditedStep, AuditOptions } from './trajectory.ts';
import { type AuditCase, verifyOpening } from './verify.ts';

/**
 * A failed audit for others to check: the header that commits, the header that answers, and the answer that it names.
 * Both headers are signed, so nobody can make one up against a node.
 */
export type FailedAudit = {
  readonly commitment: Uint8Array;
  readonly answer: Uint8Array;
  readonly opening: Uint8Array;
};

/** What a proof is held against; none of it is taken from the proof. */
export type FailedAuditContext = {
  readonly network: Digest;
  /** Number of weights. */
  readonly size: number;
  readonly audit: AuditOptions;
  /** The commitment that a node has to answer in a round, as the certified log has it; undefined where it has none. */
  readonly owedBy: (
    node: NodeId,
    round: number,
  ) => (Omit<AuditCase, 'commitment'> & { readonly round: number }) | undefined;
  readonly stepOf: (round: number) => AuditedStep;
};

export function encodeFailedAudit({ commitment, answer, opening }: FailedAudit): Uint8Array {
  return encodeCanonical({ commitment, answer, opening });
}

/**
 * What a failed audit shows: that a node answered for its own commitment, and that the answer does not hold. An answer
 * that is not served proves nothing to others; it costs the update its weight all the same.
 *
 * @returns the node, and the round of its answer.
 * @throws BallastError `EVIDENCE_INVALID` for anything else.
 */
export function verifyFailedAudit(
  bytes: Uint8Array,
  context: FailedAuditContext,
): { readonly node: NodeId; readonly round: number } {
  const { network, size, audit, owedBy, stepOf } = context;
  const proof = decoded(bytes, 2 * MAX_ENVELOPE_BYTES + openingBytes(size, audit) + 1_024);
  const [commitment, answer] = [proof.commitment, proof.answer].map((part) => headerOf(part, network));
  if (commitment === undefined || answer === undefined) throw invalid('no two headers');
  const { sender: node, round } = answer;
  const owed = owedBy(node, round);
  if (commitment.sender !== node || owed === undefined || owed.round !== commitment.round)
    throw invalid('a commitment that the second header need not answer');
  const committed = commitment.payload.trajectory?.commitment;
  if (committed === undefined || answer.payload.trajectory?.opening !== digestOfBytes(proof.opening))
    throw invalid('an answer that the header does not name');
  try {
    const { owner, base, challenge } = owed;
    const opening = decodeOpening(proof.opening, size, audit);
    verifyOpening(opening, { owner, base, challenge, commitment: committed }, audit, stepOf(owed.round));
  } catch (error) {
    if (error instanceof BallastError && error.code.startsWith('AUDIT_')) return { node, round };
    throw error;
  }
  throw invalid('an answer that holds');
}

function decoded(bytes: Uint8Array, maxBytes: number): FailedAudit {
  let value: Encodable;
  try {
    value = decodeCanonical(bytes, { maxBytes });
  } catch (cause) {
    throw invalid('bytes that do not decode', cause);
  }
  const { commitment, answer, opening, ...others } = (value ?? {}) as { readonly [key: string]: unknown };
  const isWhole =
    commitment instanceof Uint8Array && answer instanceof Uint8Array && opening instanceof Uint8Array;
  if (!isWhole || Object.keys(others).length > 0) throw invalid('other fields');
  return { commitment, answer, opening };
}

function headerOf(bytes: Uint8Array, network: Digest): Received<'update-header'> {
  try {
    const sealed = openEnvelope(bytes);
    if (sealed.envelope.type === 'update-header' && sealed.envelope.net === network)
      return readMessage(sealed) as Received<'update-header'>;
  } catch (cause) {
    throw invalid('a header that does not open', cause);
  }
  throw invalid('another message than a header of this network');
}

function invalid(got: string, cause?: unknown): BallastError {
  return new BallastError('EVIDENCE_INVALID', `failed audit: got ${got}, expected a wrong answer`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
