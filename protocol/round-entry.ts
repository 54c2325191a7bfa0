import * as z from 'zod';
import { bytes, count, digest, nodeId } from './schema.ts';

/** A committee has at most this many members (DESIGN: a larger network draws its committee). */
export const MAX_COMMITTEE = 40;

export const member = z.strictObject({ node: nodeId, digest });
export const members = z.array(member).max(MAX_COMMITTEE);
export const code = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'expected an error code');
export const outcome = z.enum(['accepted', 'rejected', 'aborted']);
const epsilon = z.number().nonnegative().nullable();

/** What an update cost its node in privacy: ε after this release (null: no guarantee), at δ. */
export const privacyStatement = z.strictObject({
  unit: z.enum(['record', 'node', 'none']),
  relation: z.enum(['add-remove', 'replace']),
  epsilon,
  delta: z.number().min(0).max(1),
});

/** What the committee votes on: everything about a round but who voted and in which view. */
export const roundEntry = z.strictObject({
  round: count,
  epoch: count,
  /** Digest of the entry of the round before. */
  parent: digest,
  beacon: digest,
  /** The next round's beacon is the randomness of the block at this height. */
  nextBeaconHeight: count,
  baseVersion: count,
  baseDigest: digest,
  /** What the aggregation carries from version to version (server momentum, control variates), as of the base. */
  baseState: digest,
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
  /** The aggregation's state that belongs to the version. */
  stateDigest: digest,
  /** The candidate that was judged, whether or not it became the model, and the state that goes with it. */
  candidateDigest: digest,
  candidateState: digest,
  privacy: privacyStatement,
});

/** A quorum's commit votes for an entry in one view: `index` is a member's position in the epoch's committee. */
export const certificate = z.strictObject({
  entry: roundEntry,
  view: count,
  signatures: z
    .array(z.strictObject({ index: count.max(MAX_COMMITTEE - 1), signature: bytes(65) }))
    .max(MAX_COMMITTEE),
});

export type RoundEntry = z.infer<typeof roundEntry>;
export type Outcome = z.infer<typeof outcome>;
export type SealedHeader = z.infer<typeof member>;
export type PrivacyStatement = z.infer<typeof privacyStatement>;
