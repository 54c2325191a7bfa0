import { type Digest, digestOfBytes } from '../../protocol/digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { MAX_ENVELOPE_BYTES, openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { RoundEntry } from '../../protocol/round-entry.ts';
import { type Received, readMessage } from '../received.ts';
import { decodeOpening, openingBytes } from './opening.ts';
import type { AuditedStep, AuditOptions } from './trajectory.ts';
import { type AuditCase, verifyOpening } from './verify.ts';

/**
 * A forged step for others to check: the header that commits to it, the header that answers, and the answer that it
 * names. Both headers are signed, so nobody can make one up against a node.
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
  /** What the certified log says of a round; undefined for one that it does not have. */
  readonly entryAt: (round: number) => Pick<RoundEntry, 'beacon' | 'baseDigest'> | undefined;
  readonly stepOf: (round: number) => AuditedStep;
};

type FailedAuditLimits = Pick<FailedAuditContext, 'network' | 'size' | 'audit'>;

export function encodeFailedAudit({ commitment, answer, opening }: FailedAudit): Uint8Array {
  return encodeCanonical({ commitment, answer, opening });
}

/** The two rounds whose entries a proof is held against: of the commitment, and of its challenge. */
export function roundsOfFailedAudit(bytes: Uint8Array, context: FailedAuditLimits): [number, number] {
  const { round } = opened(bytes, context).commitment;
  return [round, round + 1];
}

/**
 * What a failed audit shows: that a node committed to a step which, executed again, leads elsewhere. It rests on the
 * two entries and on the public rows alone, and needs no roll: the opened checkpoints stand in the commitment under
 * the certified beacon, so whoever signed it did forge the step, whatever it owed.
 *
 * Every other wrong answer costs the update its weight and proves nothing: a beacon that the chain replaced after the
 * header was signed, or public rows that were corrected since, make one of an honest node's.
 *
 * @returns the node, and the round of its answer.
 * @throws BallastError `EVIDENCE_AHEAD` for rounds that the log does not have; `EVIDENCE_INVALID` for anything else.
 */
export function verifyFailedAudit(
  bytes: Uint8Array,
  context: FailedAuditContext,
): { readonly node: NodeId; readonly round: number } {
  const { size, audit, entryAt, stepOf } = context;
  const { commitment, answer, opening } = opened(bytes, context);
  const { sender: node, round } = answer;
  if (commitment.sender !== node || commitment.round >= round)
    throw invalid('two headers of which one does not answer the other');
  const committed = commitment.payload.trajectory?.commitment;
  if (committed === undefined || answer.payload.trajectory?.opening !== digestOfBytes(opening))
    throw invalid('an answer that the header does not name');
  const [entry, next] = [entryAt(commitment.round), entryAt(commitment.round + 1)];
  if (entry === undefined || next === undefined) throw ahead(commitment.round);
  const { beacon, baseDigest: base } = entry;
  const given: AuditCase = { owner: { node, beacon }, base, challenge: next.beacon, commitment: committed };
  try {
    verifyOpening(decodeOpening(opening, size, audit), given, audit, stepOf(commitment.round));
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    if (error.code === 'AUDIT_STEP') return { node, round };
    throw invalid(`an answer that shows no forged step (${error.code})`, error);
  }
  throw invalid('an answer that holds');
}

type Header = Received<'update-header'>;
type Opened = { readonly commitment: Header; readonly answer: Header; readonly opening: Uint8Array };

function opened(bytes: Uint8Array, { network, size, audit }: FailedAuditLimits): Opened {
  const proof = decoded(bytes, 2 * MAX_ENVELOPE_BYTES + openingBytes(size, audit) + 1_024);
  return {
    commitment: headerOf(proof.commitment, network),
    answer: headerOf(proof.answer, network),
    opening: proof.opening,
  };
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

function headerOf(bytes: Uint8Array, network: Digest): Header {
  try {
    const sealed = openEnvelope(bytes);
    if (sealed.envelope.type === 'update-header' && sealed.envelope.net === network)
      return readMessage(sealed) as Header;
  } catch (cause) {
    throw invalid('a header that does not open', cause);
  }
  throw invalid('another message than a header of this network');
}

function ahead(round: number): BallastError {
  return new BallastError(
    'EVIDENCE_AHEAD',
    `failed audit: got one of round ${round}, expected a log that has it and the round after it`,
    { metadata: { round } },
  );
}

function invalid(got: string, cause?: unknown): BallastError {
  return new BallastError('EVIDENCE_INVALID', `failed audit: got ${got}, expected a wrong answer`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
