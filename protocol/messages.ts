import { z } from 'zod';
import type { Encodable } from './encoding.ts';
import { type Envelope, MAX_ENVELOPE_BYTES } from './envelope.ts';
import { MessageError } from './errors.ts';
import { worsePairs } from './gate-pair.ts';
import type { MessageType } from './message-types.ts';
import { rosterRows } from './roster-rows.ts';
import {
  BLS_SIGNATURE_BYTES,
  certificate,
  code,
  MAX_COMMITTEE,
  MAX_ROSTER,
  outcome,
  privacyStatement,
  roundEntry,
} from './round-entry.ts';
import { bigCount, bytes, count, digest, firstIssue, nodeId } from './schema.ts';

export type { Fate, Outcome, PrivacyStatement, RoundEntry, SealedHeader } from './round-entry.ts';
export { MAX_COMMITTEE, MAX_ROSTER };

/** Parameters that one recommendation may move, as the contracts have it. */
const MAX_BATCH = 16;

/** Digests one after the other, 32 bytes each. */
const digestsOf = (most: number) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length % 32 === 0 && value.length <= 32 * most,
    `expected at most ${most} digests of 32 bytes`,
  );
const envelopes = z.array(bytes(MAX_ENVELOPE_BYTES)).max(MAX_COMMITTEE);
const lock = z.strictObject({ view: count, entry: roundEntry, prepares: envelopes });

const PAYLOADS = {
  status: z.strictObject({ head: count }),
  'update-header': z.strictObject({
    baseVersion: count,
    baseDigest: digest,
    layout: digest,
    digest,
    size: count,
    /** The smallest k with ‖update‖ ≤ 2^k grid units: the norm's class, never the norm. */
    normClass: count.max(64),
    privacy: privacyStatement,
    /** Debits in the sender's privacy ledger, this update's own with them. */
    ledger: count,
    /**
     * Where the network audits training: the commitment to this round's audited steps, and the digest of the opened steps
     * of the last one before; null where none is owed.
     */
    trajectory: z.strictObject({ commitment: digest, opening: digest.nullable() }).optional(),
  }),
  'seal-report': z.strictObject({ headers: rosterRows, finalized: count }),
  'body-report': z.strictObject({
    held: rosterRows,
    /** In full: reports of F+1 members are a proof against the node, for people who do not have the roster. */
    refused: z.array(z.strictObject({ node: nodeId, digest, code })).max(MAX_ROSTER),
  }),
  /** What the entry rests on is named by the digests of its messages: all of it would be megabytes. */
  proposal: z.strictObject({
    entry: roundEntry,
    headers: digestsOf(MAX_ROSTER),
    sealReports: digestsOf(MAX_COMMITTEE),
    bodyReports: digestsOf(MAX_COMMITTEE),
    viewChanges: digestsOf(MAX_COMMITTEE),
  }),
  prepare: z.strictObject({
    entry: digest,
    outcome,
    /** Pairs of head and collateral that the sender found worse, where it rejects. */
    worse: worsePairs.optional(),
  }),
  commit: z.strictObject({ entry: digest, signature: bytes(BLS_SIGNATURE_BYTES) }),
  'view-change': z.strictObject({ lock: lock.nullable(), prepare: bytes(MAX_ENVELOPE_BYTES).nullable() }),
  certificate,
  recommendation: z.strictObject({
    /** Number of the batch on the chain. */
    sequence: count,
    modelVersion: count,
    modelDigest: digest,
    /** Digest of the log entry that the values follow on. */
    transcript: digest,
    expiry: count,
    changes: z
      .array(z.strictObject({ parameter: digest, expected: bigCount, value: bigCount }))
      .min(1)
      .max(MAX_BATCH),
    /** keccak256 of the sender's explanation. */
    explanation: digest,
    signature: bytes(65),
  }),
  /** A proof that a node broke a rule, as its finder makes it. */
  evidence: z.strictObject({ proof: bytes(MAX_ENVELOPE_BYTES) }),
  /**
   * An outgoing member's signature over the chain's rotation to the committee that the last entry of its epoch names.
   * What it signs follows from that entry alone, so that saying it again says nothing else.
   */
  handover: z.strictObject({ last: digest, signature: bytes(BLS_SIGNATURE_BYTES) }),
} satisfies Record<MessageType, z.ZodType>;

export type Payload<Type extends MessageType> = z.infer<(typeof PAYLOADS)[Type]>;
export type Lock = z.infer<typeof lock>;

/**
 * The payload of a message, checked field by field.
 *
 * @throws MessageError `MESSAGE_PAYLOAD`, `reject`, naming the field and what was expected.
 */
export function payloadOf<Type extends MessageType>(
  type: Type,
  envelope: Pick<Envelope, 'payload' | 'sender'>,
): Payload<Type> {
  const schema: z.ZodType = PAYLOADS[type];
  const parsed = schema.safeParse(envelope.payload);
  if (!parsed.success) {
    const { field, expectation } = firstIssue(parsed.error);
    throw new MessageError(
      'reject',
      'MESSAGE_PAYLOAD',
      `${type} from ${envelope.sender}: ${field}: ${expectation}`,
      {
        metadata: { type, field },
      },
    );
  }
  return parsed.data as Payload<Type>;
}

/** A payload as what an envelope carries. */
export function encodable<Type extends MessageType>(payload: Payload<Type>): Encodable {
  return payload as Encodable;
}
