import * as z from 'zod';
import { isRelease } from '../../protocol/release.ts';
import { count, digest } from '../../protocol/schema.ts';

/** Fields that a later node adds are passed on; those that are named here are checked. */
const text = z.string().max(4_096);
const amount = z.string().regex(/^-?\d{1,78}(\.\d{1,78})?$/, 'expected a decimal number');
const listed = z.array(text).max(512);

export const readiness = z.looseObject({
  status: z.enum(['starting', 'syncing', 'ready']),
  reason: text,
  conditions: z.array(z.looseObject({ code: text, message: text, sinceMs: z.number() })).max(256),
});

export const nodeState = z.looseObject({
  node: text,
  network: digest,
  epoch: count,
  role: text,
  head: z.looseObject({ round: count, version: count, modelDigest: digest, nextBeaconHeight: count }),
  readiness,
  standing: z.looseObject({ tier: text, weight: count, rate: z.number() }).nullable(),
  update: z.looseObject({ round: count, fate: text, meaning: text }).nullable(),
});

export const chainState = z.looseObject({
  chain: text,
  finalizedHeight: count.nullable(),
  lagSeconds: z.number().nullable(),
  clockSkewSeconds: z.number().nullable(),
});

/** A claim of a peer's; what is none is nothing, and older nodes tell none. */
const release = z.string().refine(isRelease).nullable().catch(null);
const protocol = z.string().regex(/^\/ballast\/[a-z]{1,16}\/\d{1,4}$/);

export const peers = z.looseObject({
  connected: count,
  release,
  items: z
    .array(
      z.looseObject({
        node: text,
        role: text,
        score: z.number(),
        latencyMs: z.number().nullable(),
        refusals: z.array(z.looseObject({ code: text, count })).max(64),
        release,
        missingProtocols: z.array(protocol).max(8).catch([]),
      }),
    )
    .max(512),
});

const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.looseObject({ items: z.array(item).max(100), next: count.nullable() });

export const models = pageOf(
  z.looseObject({
    version: count,
    round: count,
    modelDigest: digest,
    contributors: listed.nullable(),
    privacy: z.looseObject({ epsilon: z.number().nullable() }).nullable(),
  }),
);

export const rounds = pageOf(
  z.looseObject({
    round: count,
    outcome: text,
    reason: text,
    version: count,
    modelDigest: digest,
    sealed: count,
    selected: count,
  }),
);

export const parameters = z.looseObject({
  items: z
    .array(
      z.looseObject({
        name: text,
        unit: text,
        value: amount,
        bounds: z.looseObject({ minimum: amount, maximum: amount }),
        allowed: z.looseObject({
          lowest: amount,
          highest: amount,
          fallReadyAtMs: z.number().nullable(),
          riseReadyAtMs: z.number().nullable(),
        }),
        overriddenUntilMs: z.number().nullable(),
        sequence: count,
      }),
    )
    .max(256),
});

export const refusal = z.looseObject({ error: z.looseObject({ code: text, message: text }) });

export type NodeReadiness = z.infer<typeof readiness>;
export type NodeState = z.infer<typeof nodeState>;
export type NodeChain = z.infer<typeof chainState>;
export type NodePeers = z.infer<typeof peers>;
export type NodePeer = NodePeers['items'][number];
export type NodeModel = z.infer<typeof models>['items'][number];
export type NodeRound = z.infer<typeof rounds>['items'][number];
export type NodeParameter = z.infer<typeof parameters>['items'][number];
/** One page, newest first; `next` is the `before` of the page after it. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next: number | null };
