import { z } from 'zod';
import { count, decimal, digest, transaction, unixMs } from './common.ts';

const budget = z.strictObject({ total: decimal, used: decimal, left: decimal });

/** A parameter on the chain and the bounds that no model widens. */
export const parameter = z.strictObject({
  id: digest.meta({ description: 'keccak256 of the name' }),
  name: z.string(),
  unit: z.string().meta({ description: 'of value, bounds and step' }),
  value: decimal,
  bounds: z.strictObject({ minimum: decimal, maximum: decimal }),
  risk: z
    .enum(['both', 'up', 'down'])
    .meta({ description: 'the direction that raises the risk of the protocol' }),
  steps: z
    .strictObject({ up: decimal, down: decimal })
    .meta({ description: 'largest change at once; 0 closes the direction' }),
  budgets: z
    .strictObject({ windowSeconds: count, up: budget, down: budget })
    .meta({ description: 'what all changes of a window may add up to; it drains evenly' }),
  allowed: z
    .strictObject({
      lowest: decimal,
      highest: decimal,
      fallReadyAtMs: unixMs.nullable(),
      riseReadyAtMs: unixMs.nullable(),
    })
    .meta({
      description: 'what a model may write now, all counted in; null: nobody knows when, as in a halt',
    }),
  overriddenUntilMs: unixMs
    .nullable()
    .meta({ description: 'until when governance keeps models from it; null for no override' }),
  maximumStep: decimal.meta({ description: 'largest change at once' }),
  cooldownSeconds: count.meta({ description: 'least time between two changes' }),
  sequence: count.meta({ description: 'number of changes so far' }),
  lastChange: z
    .strictObject({
      before: decimal.nullable(),
      after: decimal,
      atMs: unixMs,
      version: count.nullable(),
      transaction: transaction.nullable(),
      explanation: z.string().nullable(),
    })
    .nullable(),
});

export const parameters = z.strictObject({ items: z.array(parameter) });

export type ParameterJson = z.infer<typeof parameter>;
