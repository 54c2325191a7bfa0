import { z } from 'zod';
import { count, decimal, digest, transaction, unixMs } from './common.ts';

/** A parameter on the chain and the bounds that no model widens. */
export const parameter = z.strictObject({
  id: digest.meta({ description: 'keccak256 of the name' }),
  name: z.string(),
  unit: z.string().meta({ description: 'of value, bounds and step' }),
  value: decimal,
  bounds: z.strictObject({ minimum: decimal, maximum: decimal }),
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
