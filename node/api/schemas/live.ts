import { z } from 'zod';
import { isRelease } from '../../../protocol/release.ts';
import { count, nodeId } from './common.ts';

/** Nodes that one list names at most; the counts beside it are whole. */
const MAX_LISTED_NODES = 512;

const nodes = z.array(nodeId).max(MAX_LISTED_NODES);

const release = z.string().max(40).refine(isRelease).nullable();

/** A peer that this node is connected to now. */
const peer = z.strictObject({
  node: nodeId,
  role: z.enum(['member', 'contributor', 'guest']).meta({ description: 'in the round in progress' }),
  score: z.number().meta({ description: '0 at best; penalties halve with time' }),
  latencyMs: z
    .number()
    .nonnegative()
    .nullable()
    .meta({ description: 'of a round trip, when it was last asked; null before that' }),
  refusals: z
    .array(z.strictObject({ code: z.string(), count }))
    .max(64)
    .meta({ description: 'messages of it that this node did not take' }),
  release: release.meta({ description: 'of Ballast, as it says; null where it does not' }),
  missingProtocols: z
    .array(z.string())
    .max(8)
    .meta({ description: 'protocols of this node that it does not speak' }),
});

export const peers = z.strictObject({
  items: z.array(peer).max(MAX_LISTED_NODES),
  connected: count,
  release: release.meta({ description: 'that this node runs' }),
  limits: z
    .strictObject({ disconnect: z.number(), ban: z.number() })
    .meta({ description: 'scores at which a peer is cut off, and kept out' }),
});

/** How this node sees its chain. */
export const chain = z.strictObject({
  chain: z.string().meta({ description: 'CAIP-2' }),
  finalizedHeight: count.nullable().meta({ description: 'last final block that was seen' }),
  lagSeconds: z.number().nonnegative().nullable().meta({ description: 'since that block was first seen' }),
  clockSkewSeconds: z
    .number()
    .nullable()
    .meta({ description: 'own clock minus the others’; null where nobody was heard' }),
});

/** The round in progress, as this node sees it. */
export const currentRound = z.strictObject({
  round: count,
  phase: z.enum(['announced', 'collecting', 'sealed', 'aggregated', 'evaluated']),
  view: count.meta({ description: 'leaders that were given up' }),
  leader: nodeId.nullable().meta({ description: 'null before the beacon is known' }),
  committee: z.strictObject({ members: nodes, quorum: count, faults: count }),
  roster: z
    .strictObject({ size: count, nodes })
    .meta({ description: 'whose updates count: members and contributors' }),
  updates: z.strictObject({
    heard: count,
    items: z
      .array(
        z.strictObject({
          node: nodeId,
          body: z
            .enum(['unasked', 'held', 'refused'])
            .meta({ description: 'bodies are served after the seal alone' }),
          code: z.string().nullable().meta({ description: 'why its body was refused' }),
        }),
      )
      .max(MAX_LISTED_NODES),
  }),
  seals: nodes.meta({ description: 'members that have reported what they had heard' }),
  bodies: nodes.meta({ description: 'members that have reported which bodies they hold' }),
  votes: z
    .strictObject({ prepare: nodes, commit: nodes, viewChange: nodes })
    .meta({ description: 'of the present view, as far as they were heard here' }),
});

export type PeersJson = z.infer<typeof peers>;
export type ChainJson = z.infer<typeof chain>;
export type CurrentRoundJson = z.infer<typeof currentRound>;
