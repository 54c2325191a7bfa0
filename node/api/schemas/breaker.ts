import { z } from 'zod';
import { address, count, decimal, digest, transaction, unixMs } from './common.ts';

/** What the circuit breaker halts. Names as the command line has them. */
export const breaker = z.strictObject({
  address,
  severity: z.int().min(0).max(4),
  level: z.enum(['normal', 'elevated', 'high', 'severe', 'critical']),
  halts: z
    .array(
      z.strictObject({
        scope: z.enum([
          'all',
          'risk-raising',
          'minting',
          'vulnerable-minting',
          'burning',
          'class',
          'parameter',
        ]),
        key: z
          .string()
          .max(128)
          .nullable()
          .meta({ description: 'class, collateral or parameter; null for the scope as a whole' }),
        kind: z
          .enum(['guardian', 'governance', 'severity', 'oracle-failure', 'update-rate', 'model-dispute'])
          .nullable()
          .meta({ description: 'who or what halted; null where the endpoint has no old events' }),
        by: address.nullable().meta({ description: 'who called; the breaker itself where it tripped' }),
        sinceMs: unixMs.nullable(),
        transaction: transaction.nullable(),
        resumption: z
          .strictObject({
            readyAtMs: unixMs,
            isCancelled: z.boolean().meta({ description: 'something has halted since it was decided' }),
          })
          .nullable()
          .meta({ description: 'what governance has decided; anyone may carry it out from then on' }),
      }),
    )
    .max(256),
  trips: count.meta({ description: 'halts so far' }),
  observedAtMs: unixMs.nullable().meta({ description: 'null before the first observation' }),
});

/** Governance's own values in place of the models'. */
export const overrides = z.strictObject({
  items: z
    .array(
      z.strictObject({
        parameter: digest.meta({ description: 'id of the parameter' }),
        name: z.string().max(128).nullable().meta({ description: 'null where it is not known here' }),
        value: decimal.meta({ description: 'in the unit of the parameter' }),
        startedAtMs: unixMs,
        endsAtMs: unixMs,
        decision: count.meta({ description: 'number of its record in the decision log' }),
        justification: digest.meta({ description: 'keccak256 of the justification' }),
        words: z
          .string()
          .max(4_096)
          .nullable()
          .meta({ description: 'the justification, where it stands in the proposal that was executed' }),
        transaction: transaction.nullable(),
      }),
    )
    .max(256),
});

export type BreakerJson = z.infer<typeof breaker>;
export type OverrideJson = z.infer<typeof overrides>['items'][number];
