import { z } from 'zod';
import type { NodeId } from '../../../protocol/ids.ts';

/** The field types that answers are made of. Every one becomes JSON schema in the OpenAPI document. */
export const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')
  .meta({ description: 'SHA-256, 64 lower-case hexadecimal digits' });

export const nodeId: z.ZodType<NodeId> = z
  .string()
  .max(64)
  .regex(/^[1-9A-HJ-NP-Za-km-z]+$/, 'expected an Ed25519 peer id (12D3KooW…)')
  .meta({ description: 'libp2p peer id of an Ed25519 key' });

export const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/, 'expected 0x and 40 lower-case hexadecimal digits')
  .meta({ description: 'account address, lower case' });

export const count = z.int().nonnegative();

/** Money, rates and ratios: text, since a binary float holds few of them exactly. */
export const decimal = z
  .string()
  .max(100)
  .regex(/^-?(0|[1-9]\d*)(\.\d+)?$/, 'expected a decimal number')
  .meta({ description: 'decimal number as text' });

export const unixMs = z.int().meta({ description: 'milliseconds since the Unix epoch' });

export const transaction = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/, 'expected 0x and 64 hexadecimal digits')
  .meta({ description: 'transaction hash' });

export const outcome = z.enum(['accepted', 'rejected', 'aborted']);

export const privacyStatement = z
  .strictObject({
    unit: z.enum(['record', 'node', 'none']),
    relation: z.enum(['add-remove', 'replace']),
    epsilon: z.number().nonnegative().nullable(),
    delta: z.number().min(0).max(1),
  })
  .meta({ description: 'largest privacy loss among the contributors; epsilon null: no guarantee' });

/** A privacy statement with what it rests on. */
export const privacyGuarantee = privacyStatement
  .extend({
    accountant: z
      .enum(['gaussian', 'rdp', 'pld'])
      .nullable()
      .meta({ description: 'how epsilon was counted; null: no guarantee' }),
    assumption: z.string().meta({ description: 'who has to be honest for it to hold' }),
  })
  .meta({
    description: 'largest privacy loss among the contributors, how it was counted and who is trusted',
  });

/** A page of a list, newest first; `next` is the `before` of the page after it. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), next: count.nullable() });

const MAX_PAGE = 100;

/** A whole number in a path or a query. Hexadecimal, signs, fractions and blanks are no numbers here. */
export const integerText = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, `expected a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .pipe(
      z
        .int(`expected at most ${maximum}`)
        .min(minimum, `expected at least ${minimum}`)
        .max(maximum, `expected at most ${maximum}`),
    );

export const pageQuery = z.strictObject({
  limit: integerText(1, MAX_PAGE).default(20).meta({ description: 'items at most' }),
  before: integerText(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: 'only items below this number: the `next` of the page before' }),
});
