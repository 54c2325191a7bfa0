import * as z from 'zod';
import type { Digest } from './digest.ts';
import type { NodeId } from './ids.ts';
import { bytes, count, digest, nodeId } from './schema.ts';

/** A committee has at most this many members: its bitmap fits one word of the chain. */
export const MAX_COMMITTEE = 255;
/** One bit for each member that there may be. */
export const SIGNERS_BYTES = 32;
/** So many registered nodes may train in one epoch, at most. */
export const MAX_ROSTER = 4096;
/** Offences that one round's entry names at most; the others wait for the next round. */
export const MAX_OFFENCES = 16;

export const code = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'expected an error code');
/** What a proof shows, such as `equivocation-header`. */
const offenceKind = z.string().regex(/^[a-z][a-z-]{0,31}$/, 'expected a kind of evidence');
export const outcome = z.enum(['accepted', 'rejected', 'aborted']);
const epsilon = z.number().nonnegative().nullable();

/** What an update cost its node in privacy: ε after this release (null: no guarantee), at δ. */
export const privacyStatement = z.strictObject({
  unit: z.enum(['record', 'node', 'none']),
  relation: z.enum(['add-remove', 'replace']),
  epsilon,
  delta: z.number().min(0).max(1),
});

/**
 * What became of a sealed update: `selected` has weight in the candidate, `accepted` has none, a code says why its
 * body was not held.
 */
export const fate = z.union([z.enum(['selected', 'accepted']), code]);

/**
 * What the committee votes on: everything about a round but who voted and in which view. Its size does not grow with
 * the network: the updates stand in the roll beside the certificate, bound by their root.
 */
export const roundEntry = z.strictObject({
  round: count,
  epoch: count,
  /** Digest of the entry of the round before. */
  parent: digest,
  beacon: digest,
  /** The highest block that F+1 of the reports at the seal call final: what this round looks at on the chain. */
  finalized: count,
  /** The next round's beacon is the randomness of the block at this height. */
  nextBeaconHeight: count,
  baseVersion: count,
  baseDigest: digest,
  /** What the aggregation carries from version to version (server momentum, control variates), as of the base. */
  baseState: digest,
  /** Merkle root over the round's roll, and how many of its updates were sealed, accepted and given weight. */
  updates: z.strictObject({ root: digest, sealed: count, accepted: count, selected: count }),
  /** Digest of the table of every node's standing, as the round leaves it. */
  standing: digest,
  /** Who was proven to have broken which rule, by the digest of the proof. */
  offences: z.array(z.strictObject({ node: nodeId, kind: offenceKind, evidence: digest })).max(MAX_OFFENCES),
  /** Digest of the committee's record that decides from the next round on; in the last entry of an epoch alone. */
  nextCommittee: digest.nullable(),
  /**
   * The last request of governance, by its number, that a round has dealt with; and the version that it asked for, in
   * the round that did. Absent before the first.
   */
  restore: z.strictObject({ nonce: count.min(1), version: count.nullable() }).exactOptional(),
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

/** Bytes of a member's commit vote: an ECDSA signature, or a BLS signature in a committee that has BLS keys. */
const COMMIT_SIGNATURE_BYTES = 65;
export const BLS_SIGNATURE_BYTES = 96;

/**
 * A quorum's commit votes for an entry in one view, each with its member's position in the epoch's committee; or,
 * where the committee has BLS keys, their sum and who is in it, and no single votes.
 */
export const certificate = z.strictObject({
  entry: roundEntry,
  view: count,
  signatures: z
    .array(z.strictObject({ index: count.max(MAX_COMMITTEE - 1), signature: bytes(COMMIT_SIGNATURE_BYTES) }))
    .max(MAX_COMMITTEE),
  /** Bit i of `signers`, counted from the last byte's lowest, is the member at position i. */
  aggregate: z
    .strictObject({ signers: bytes(SIGNERS_BYTES), signature: bytes(BLS_SIGNATURE_BYTES) })
    .exactOptional(),
});

export type Fate = z.infer<typeof fate>;
export type RoundEntry = z.infer<typeof roundEntry>;
export type Outcome = z.infer<typeof outcome>;
/** An update as reports name it: its node, and the digest of its body. */
export type SealedHeader = { readonly node: NodeId; readonly digest: Digest };
export type PrivacyStatement = z.infer<typeof privacyStatement>;
