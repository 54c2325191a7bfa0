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

export const node = z.strictObject({ node: nodeId, network: digest, epoch: count, head, readiness });

export type Condition = z.infer<typeof condition>;
export type Readiness = Omit<z.infer<typeof readiness>, 'conditions'>;
