import { z } from 'zod';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { count, digest, nodeId, unixMs } from './common.ts';

export const health = z.strictObject({ status: z.literal('ok'), uptimeSeconds: z.number().nonnegative() });

/** A problem that is there now. */
export const condition = z.strictObject({
  code: z.string(),
  message: z.string(),
  sinceMs: unixMs,
});

export const readiness = z.strictObject({
  status: z.enum(['starting', 'syncing', 'ready']),
  reason: z.string(),
  conditions: z.array(condition),
});

const head = z.strictObject({
  round: count,
  entry: digest,
  version: count,
  modelDigest: digest,
  nextBeaconHeight: count,
});

/** The network document as it is; its hash, the id, is part of everything that is signed. */
export const network = z.strictObject({
  id: digest,
  document: z
    .custom<NetworkDocument>((value) => typeof value === 'object' && value !== null)
    .meta({ description: 'network.json; canonically encoded and hashed it gives the id' }),
});

/** How far the network trusts this node. */
export const standing = z.strictObject({
  tier: z.enum(['newcomer', 'trusted', 'probation', 'quarantined']),
  weight: z.int().min(0).max(4).meta({ description: 'quarters of its updates that count' }),
  quarantinedUntil: count
    .nullable()
    .meta({ description: 'last round of its quarantine; null where it is in none' }),
  offered: count,
  accepted: count,
  selected: count,
  rate: z.number().min(0).max(1).meta({ description: 'accepted ÷ rounds since it joined' }),
});

/** What became of this node's update in the last round. */
export const ownUpdate = z.strictObject({ round: count, fate: z.string(), meaning: z.string() });

export const node = z.strictObject({
  node: nodeId,
  network: digest,
  epoch: count.meta({ description: 'of the last decided round' }),
  role: z.enum(['member', 'contributor', 'guest']).meta({
    description:
      'in the round in progress: member votes and trains, contributor trains, guest is not on the roster',
  }),
  head,
  readiness,
  standing: standing.nullable(),
  update: ownUpdate
    .nullable()
    .meta({ description: 'its row on the roll of the last round; null where it has none, or nobody told' }),
});

/** A node that a kept proof shows to have broken a rule. */
export const offence = z.strictObject({
  node: nodeId,
  kind: z.string(),
  round: count,
  evidence: digest,
});
export const offences = z.strictObject({ items: z.array(offence) });
export const proof = z.strictObject({
  ...offence.shape,
  proof: z.string().meta({ description: 'the bytes of the proof, hexadecimal; docs/standing.md' }),
});

export type NodeJson = z.infer<typeof node>;
export type ReadinessJson = z.infer<typeof readiness>;
export type OffencesJson = z.infer<typeof offences>;
export type OwnUpdateJson = z.infer<typeof ownUpdate>;
export type StandingJson = z.infer<typeof standing>;

export type Condition = z.infer<typeof condition>;
export type Readiness = Omit<z.infer<typeof readiness>, 'conditions'>;
