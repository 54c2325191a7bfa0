import { z } from 'zod';
import type { Encodable } from './encoding.ts';
import { type Envelope, MAX_ENVELOPE_BYTES } from './envelope.ts';
import { MessageError } from './errors.ts';
import type { MessageType } from './message-types.ts';
import { bigCount, bytes, count, digest, firstIssue, nodeId } from './schema.ts';

/** A committee has at most this many members (DESIGN: a larger network draws its committee). */
export const MAX_COMMITTEE = 40;

const member = z.strictObject({ node: nodeId, digest });
const members = z.array(member).max(MAX_COMMITTEE);
const envelopes = z.array(bytes(MAX_ENVELOPE_BYTES)).max(MAX_COMMITTEE);
const code = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'expected an error code');
const outcome = z.enum(['accepted', 'rejected', 'aborted']);
const epsilon = z.number().nonnegative().nullable();

/** What an update cost its node in privacy: ε after this release (null: no guarantee), at δ. */
const privacyStatement = z.strictObject({
  unit: z.enum(['record', 'node', 'none']),
  relation: z.enum(['add-remove', 'replace']),
  epsilon,
  delta: z.number().min(0).max(1),
});

/** What the committee votes on: everything about a round but who voted and in which view. */
const roundEntry = z.strictObject({
  round: count,
  epoch: count,
  /** Digest of the entry of the round before. */
  parent: digest,
  beacon: digest,
  /** The next round's beacon is the randomness of the block at this height. */
  nextBeaconHeight: count,
  baseVersion: count,
  baseDigest: digest,
  /** Headers that enough members reported in time. */
  sealed: members,
  /** Those of them whose bodies enough members hold. */
  accepted: members,
  /** Sealed headers that dropped out, and why. */
  dropped: z.array(z.strictObject({ node: nodeId, code })).max(MAX_COMMITTEE),
  /** Nodes whose update the rule gave weight. */
  selected: z.array(nodeId).max(MAX_COMMITTEE),
  outcome,
  reason: z.string().max(200),
  version: count,
  modelDigest: digest,
  /** The candidate that was judged, whether or not it became the model. */
  candidateDigest: digest,
  privacy: privacyStatement,
});

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
  }),
  'seal-report': z.strictObject({ headers: members, finalized: count }),
  'body-report': z.strictObject({
    held: z.array(digest).max(MAX_COMMITTEE),
    refused: z.array(z.strictObject({ digest, code })).max(MAX_COMMITTEE),
  }),
  proposal: z.strictObject({
    entry: roundEntry,
    headers: envelopes,
    sealReports: envelopes,
    bodyReports: envelopes,
    viewChanges: envelopes,
  }),
  prepare: z.strictObject({ entry: digest, outcome }),
  commit: z.strictObject({ entry: digest, signature: bytes(65) }),
  'view-change': z.strictObject({ lock: lock.nullable(), prepare: bytes(MAX_ENVELOPE_BYTES).nullable() }),
  certificate: z.strictObject({
    entry: roundEntry,
    view: count,
    signatures: z
      .array(z.strictObject({ index: count.max(MAX_COMMITTEE - 1), signature: bytes(65) }))
      .max(MAX_COMMITTEE),
  }),
  recommendation: z.strictObject({
    parameter: digest,
    sequence: count,
    expected: bigCount,
    value: bigCount,
    modelVersion: count,
    modelDigest: digest,
    expiry: count,
    signature: bytes(65),
  }),
} satisfies Record<MessageType, z.ZodType>;

export type Payload<Type extends MessageType> = z.infer<(typeof PAYLOADS)[Type]>;
export type RoundEntry = z.infer<typeof roundEntry>;
export type Outcome = z.infer<typeof outcome>;
export type SealedHeader = z.infer<typeof member>;
export type PrivacyStatement = z.infer<typeof privacyStatement>;
export type Lock = z.infer<typeof lock>;

/**
 * The payload of a message, checked field by field.
 *
 * @throws MessageError `MESSAGE_PAYLOAD`, `reject`, naming the field and what was expected.
 */
export function payloadOf<Type extends MessageType>(type: Type, envelope: Envelope): Payload<Type> {
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
