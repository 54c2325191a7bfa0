import { z } from 'zod';
import { TRIGGERS, VERDICTS } from '../../monitoring/index.ts';
import { count, digest } from './common.ts';

const sinceHour = z.number().meta({ description: 'hours since the Unix epoch' });
const trigger = z.enum(TRIGGERS);

/** What was seen of the published model on public data: nothing in it is this node's own. */
export const drift = z.strictObject({
  round: count.meta({ description: 'the last round whose public hours were looked at; 0: none yet' }),
  hour: count.meta({ description: 'data time up to which they were' }),
  findings: z.array(
    z.strictObject({
      subject: z.string().meta({ description: 'head/collateral; model for the schedule' }),
      trigger,
      sinceHour,
      evidence: z.number().meta({ description: 'stake won against "nothing has changed"' }),
      threshold: z.number().meta({ description: 'evidence at which it is told' }),
      message: z.string().meta({ description: 'what has moved, since when, how far' }),
    }),
  ),
  retraining: z.strictObject({
    recommended: z.boolean(),
    reasons: z.array(trigger),
    heldBack: z.enum(['PRIVACY_BUDGET_SPENT', 'COOLDOWN']).nullable(),
  }),
  subjects: z.array(
    z.strictObject({
      subject: z.string(),
      days: count.meta({ description: 'days that the figures are of, the last 30 at most' }),
      skill: z.number().nullable().meta({ description: '1 - loss / loss of its baseline; null: no day yet' }),
      coverage: z.number().nullable().meta({ description: 'share of outcomes within the 80 % interval' }),
      modelShare: z.number().nullable().meta({ description: 'mean share of the model in the forecasts' }),
      inputs: z
        .strictObject({
          toHour: count,
          p: z
            .number()
            .meta({ description: 'chance of a training window as far off, all features together' }),
          feature: z.string().meta({ description: 'that which stands out most' }),
          median: z.number(),
          trainingMedian: z.number(),
          rank: z.number().meta({ description: 'share of the training hours below the median' }),
          times: z.number().meta({ description: 'distance over the usual distance of a window' }),
        })
        .nullable()
        .meta({ description: 'the last window of inputs' }),
    }),
  ),
});

/** How a candidate in the shadow does beside the published model. */
export const shadow = z.strictObject({
  trial: z
    .strictObject({
      candidate: z.string(),
      digest,
      firstDay: count.meta({ description: 'UTC days since the epoch' }),
      nextDay: count,
      verdict: z.enum(VERDICTS).meta({ description: 'for people to act upon; it moves nothing' }),
      reasons: z.array(z.string()).meta({ description: 'what stands in the way of an approval' }),
      blocks: count.meta({ description: 'blocks of three days that share no outcome' }),
      skill: z.number().meta({ description: '1 - loss / loss of the published model, mean of the pairs' }),
      advantage: z
        .strictObject({ mean: z.number(), low: z.number(), high: z.number() })
        .meta({ description: 'of a block, with its interval of 95 % that holds at all times' }),
      pairs: z.array(
        z.strictObject({
          pair: z.string(),
          rows: count,
          skill: z.number(),
          deadBand: z.number(),
          isWorse: z.boolean().meta({ description: 'worse beyond the dead band' }),
        }),
      ),
    })
    .nullable()
    .meta({ description: 'null where the node has no candidate, or has compared nothing yet' }),
});

export type DriftJson = z.infer<typeof drift>;
export type ShadowJson = z.infer<typeof shadow>;
