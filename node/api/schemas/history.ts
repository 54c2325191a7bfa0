import { z } from 'zod';
import { address, count, decimal, digest, pageOf, transaction, unixMs } from './common.ts';

const MAX_TEXT = 4_096;
const hour = z.int().meta({ description: 'hours since the Unix epoch' });

/** How versions did on held-out public data, in columns: the n-th value of each belongs to the n-th version. */
export const skill = z.strictObject({
  versions: z.array(count),
  heads: z.array(
    z.strictObject({
      head: z.string(),
      metric: z.string(),
      unit: z.string(),
      loss: z.array(z.number().nullable()),
      baselines: z.array(
        z.strictObject({
          name: z.string(),
          skill: z
            .array(z.number().nullable())
            .meta({ description: '1 − loss / loss of the baseline: 0 is no better, below 0 worse' }),
        }),
      ),
    }),
  ),
});

/** What the published version would have forecast, beside what came. */
export const pegHistory = z.strictObject({
  version: count,
  modelDigest: digest,
  hour: hour.meta({ description: 'the last hour that is public' }),
  levels: z.array(z.number().gt(0).lt(1)),
  outcomes: z.strictObject({
    startHour: hour,
    deviationBp: z.array(z.number().nullable()).meta({ description: 'by the hour; null for a hole' }),
  }),
  horizons: z.array(
    z.strictObject({
      horizonHours: count,
      startHour: hour.meta({ description: 'that the first forecast is for' }),
      quantiles: z
        .array(z.array(z.number().nullable()))
        .meta({ description: 'by level, then by the hour that is forecast, in bp' }),
    }),
  ),
});

/** A change of a parameter, or a wish for one, as the chain’s decision log has it. */
export const decision = z.strictObject({
  number: count,
  parameter: digest,
  name: z.string().max(128).nullable().meta({ description: 'null where it is not known here' }),
  unit: z.string().meta({ description: 'of before and after; empty where it is not known here' }),
  kind: z.enum(['model', 'governance', 'wish']).meta({ description: 'who decided; a wish is nobody’s yet' }),
  status: z.enum(['pending', 'implemented', 'rejected', 'overridden', 'failed']),
  before: decimal,
  after: decimal.meta({ description: 'for a wish the value that is asked for' }),
  version: count.nullable().meta({ description: 'of the model; null where none decided' }),
  atMs: unixMs.nullable().meta({ description: 'of its block; null where the endpoint did not say' }),
  block: count,
  transaction,
  explanation: digest.meta({ description: 'keccak256 of the explanation or justification' }),
  words: z
    .string()
    .max(MAX_TEXT)
    .nullable()
    .meta({ description: 'the text of that digest, where this node has it' }),
  reviews: z
    .array(z.strictObject({ verdict: z.enum(['upheld', 'criticised', 'reversed']), justification: digest }))
    .max(16),
});

export const decisionPage = pageOf(decision);

/** A proposal to governance. */
const proposal = z.strictObject({
  id: z.string().max(78).regex(/^\d+$/).meta({ description: 'number in the governor' }),
  proposer: address,
  state: z.enum(['pending', 'active', 'cancelled', 'defeated', 'succeeded', 'queued', 'expired', 'executed']),
  type: z
    .string()
    .max(64)
    .nullable()
    .meta({ description: 'null where its words are not those of its calls' }),
  calls: z.array(z.string().max(MAX_TEXT)).max(16).meta({ description: 'in words' }),
  problem: z.string().max(MAX_TEXT).nullable().meta({ description: 'why its calls cannot be read here' }),
  text: z.string().max(MAX_TEXT).meta({ description: 'what people say about it' }),
  votes: z.strictObject({ inFavour: decimal, against: decimal, abstaining: decimal }),
  quorum: decimal
    .nullable()
    .meta({ description: 'votes of any kind that it needs; null before voting begins' }),
  votingFromMs: unixMs,
  votingUntilMs: unixMs,
  executableFromMs: unixMs.nullable().meta({ description: 'null until it is queued' }),
});

export const proposals = z.strictObject({
  items: z.array(proposal).max(50),
  total: count.meta({ description: 'proposals so far; `items` has the newest' }),
});

export type SkillJson = z.infer<typeof skill>;
export type PegHistoryJson = z.infer<typeof pegHistory>;
export type DecisionJson = z.infer<typeof decision>;
export type ProposalsJson = z.infer<typeof proposals>;
