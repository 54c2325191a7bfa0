import { z } from 'zod';
import { MAX_MERKLE_DEPTH } from '../../../protocol/merkle.ts';
import { count, digest, nodeId, outcome, pageOf, privacyStatement } from './common.ts';

/** The entry that the committee voted on: field by field what `protocol/messages.ts` calls a round entry. */
const roundEntry = z.strictObject({
  round: count,
  epoch: count,
  parent: digest,
  beacon: digest,
  finalized: count,
  nextBeaconHeight: count,
  baseVersion: count,
  baseDigest: digest,
  baseState: digest,
  updates: z.strictObject({
    root: digest.meta({ description: 'Merkle root over the rows of /v1/rounds/{round}/roll' }),
    sealed: count,
    accepted: count,
    selected: count,
  }),
  standing: digest.meta({ description: 'of the table of every node’s standing after the round' }),
  offences: z.array(z.strictObject({ node: nodeId, kind: z.string(), evidence: digest })),
  nextCommittee: digest.nullable().meta({
    description: 'in the last round of an epoch: the record of the committee that decides from then on',
  }),
  restore: z.strictObject({ nonce: count, version: count.nullable() }).exactOptional().meta({
    description: 'the last request of governance that was dealt with; its version in the round that did',
  }),
  outcome,
  reason: z.string(),
  version: count,
  modelDigest: digest,
  stateDigest: digest.meta({ description: 'what the aggregation carries from version to version' }),
  candidateDigest: digest,
  candidateState: digest,
  privacy: privacyStatement,
});

/** A round in a list. */
export const roundSummary = z.strictObject({
  round: count,
  outcome,
  reason: z.string(),
  version: count,
  modelDigest: digest,
  entryDigest: digest,
  sealed: count,
  selected: count,
});

export const roundPage = pageOf(roundSummary);

export const round = z.strictObject({
  entry: roundEntry,
  entryDigest: digest,
  view: count.meta({ description: 'the view that decided; 0 unless leaders were given up' }),
  leader: nodeId.nullable().meta({ description: 'who led that view; null where the committee is not known' }),
  signatures: count.meta({ description: 'commit votes in the certificate that this node holds' }),
});

/** The certificate as JSON; signatures are 65 bytes in hexadecimal, r ‖ s ‖ v. */
export const certificate = z.strictObject({
  entry: roundEntry,
  entryDigest: digest,
  view: count,
  signatures: z.array(
    z.strictObject({
      index: count.meta({ description: 'place of the member in the committee of the epoch' }),
      signature: z.string().regex(/^[0-9a-f]{130}$/),
    }),
  ),
  aggregate: z
    .strictObject({
      signers: z.array(count).meta({ description: 'places of those who signed, ascending' }),
      signature: z.string().regex(/^[0-9a-f]{192}$/),
    })
    .optional()
    .meta({ description: 'in place of signatures where the committee votes with BLS: their sum' }),
});

const rollRow = z.strictObject({
  node: nodeId,
  digest,
  fate: z.string().meta({
    description: 'selected: it has weight; accepted: it has none; otherwise why it dropped out',
  }),
});

/** The sealed updates of a round, ascending by node; the entry of the round has their root. */
export const roll = z.strictObject({
  round: count,
  updates: z.array(
    rollRow.extend({
      reason: z.string().nullable().meta({
        description: 'why it has no weight, in words, where this node kept them; no part of the root',
      }),
    }),
  ),
});

/** One row, and the proof that the roll whose root the round's entry has does contain it. */
export const provenRow = z.strictObject({
  round: count,
  row: rollRow,
  proof: z.strictObject({
    index: count,
    count: count.meta({ description: 'rows of the roll: compare it with `updates.sealed` of the entry' }),
    path: z.array(digest).max(MAX_MERKLE_DEPTH).meta({ description: 'siblings, the lowest first' }),
  }),
});

export const committee = z.strictObject({
  epoch: count,
  faults: count.meta({ description: 'F, the faulty members that the committee bears' }),
  quorum: count,
  members: z.array(
    z.strictObject({
      index: count,
      node: nodeId,
      signer: z.string(),
      blsKey: z
        .string()
        .exactOptional()
        .meta({ description: 'where the committee votes with BLS: 48 bytes in hexadecimal' }),
    }),
  ),
});

export type RoundJson = z.infer<typeof round>;
export type RoundSummaryJson = z.infer<typeof roundSummary>;
export type CertificateJson = z.infer<typeof certificate>;
export type RollJson = z.infer<typeof roll>;
export type ProvenRowJson = z.infer<typeof provenRow>;
export type CommitteeJson = z.infer<typeof committee>;
