import * as z from 'zod';
import { type Digest, digestOf } from '../../../protocol/digest.ts';
import { decodeCanonical, encodeCanonical } from '../../../protocol/encoding.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { firstIssue } from '../../../protocol/schema.ts';
import type { Unit } from './feature.ts';

/** Most columns of a schema, and bytes of its encoding. */
export const MOST_COLUMNS = 1_024;
const MOST_BYTES = 256 * 1_024;

const UNITS = ['one', 'log', 'bp', 'percent', 'price', 'coin', 'money', 'count', 'per-root-hour'] as const;

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'expected kebab case, at most 64 characters');
const bounds = { low: z.number().gt(-1), high: z.number() };
const ascending = ({ low, high }: { low: number; high: number }) => low < high;
const scaling = z.union([
  z.strictObject({ kind: z.literal('scale-free') }),
  z.strictObject({ kind: z.literal('standard'), centre: z.number(), spread: z.number().positive() }),
  z.strictObject({ kind: z.literal('arcsinh'), centre: z.number(), spread: z.number().positive() }),
  z.strictObject({
    kind: z.literal('log-standard'),
    floor: z.number().positive(),
    centre: z.number().positive(),
    spread: z.number().positive(),
  }),
  z
    .strictObject({ kind: z.literal('min-max'), low: z.number(), high: z.number() })
    .refine(ascending, 'expected low below high'),
  z.strictObject({ kind: z.literal('log-min-max'), ...bounds }).refine(ascending, 'expected low below high'),
]);

const schema = z.strictObject({
  id: name,
  version: z.int().min(1).max(1_000_000),
  barSeconds: z.int().min(1).max(86_400),
  /** Inputs are clipped to ±this after scaling. */
  clip: z.number().positive().max(1_000),
  columns: z
    .array(
      z.strictObject({
        name,
        unit: z.enum(UNITS satisfies readonly Unit[]),
        /** What the model reads where the value is missing: after scaling, within ±clip. */
        fill: z.number(),
        scaling,
      }),
    )
    .min(1)
    .max(MOST_COLUMNS)
    .refine(
      (columns) => new Set(columns.map((column) => column.name)).size === columns.length,
      'expected names once',
    ),
});

/** What a model's inputs are: which columns of what bars, in which order, and how each is scaled and filled. */
export type FeatureSchema = z.infer<typeof schema>;
export type SchemaColumn = FeatureSchema['columns'][number];

/**
 * @param value plain data, such as parsed JSON.
 * @throws BallastError `FEATURE_SCHEMA` with the field and what was expected; unknown fields are refused.
 */
export function parseFeatureSchema(value: unknown): FeatureSchema {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const { field, expectation } = firstIssue(parsed.error);
    throw refused(field, expectation);
  }
  for (const [i, { fill }] of parsed.data.columns.entries()) {
    if (Math.abs(fill) > parsed.data.clip)
      throw refused(`columns.${i}.fill`, `expected ±${parsed.data.clip}`);
  }
  return parsed.data;
}

/** Canonical bytes: equal schemas have equal ones. */
export function encodeFeatureSchema(value: FeatureSchema): Uint8Array {
  return encodeCanonical(parseFeatureSchema(value));
}

/** @throws BallastError as `parseFeatureSchema` and `decodeCanonical` do, also for more than 256 KiB. */
export function decodeFeatureSchema(bytes: Uint8Array): FeatureSchema {
  return parseFeatureSchema(decodeCanonical(bytes, { maxBytes: MOST_BYTES }));
}

/**
 * Hash of everything that fixes the inputs. It is of the kind that a head's `features` carries in the network document,
 * which every signed message names by the network's id.
 */
export function featureSchemaHash(value: FeatureSchema): Digest {
  return digestOf('ballast/features/1', { schema: parseFeatureSchema(value) });
}

/**
 * @throws BallastError `FEATURES_MISMATCH` unless `given` is the schema's hash: inputs made by another schema, be it by
 *   one constant, belong to other weights.
 */
export function requireFeatureSchema(value: FeatureSchema, given: Digest): void {
  const expected = featureSchemaHash(value);
  if (given === expected) return;
  throw new BallastError(
    'FEATURES_MISMATCH',
    `features: got schema ${given.slice(0, 12)}, expected ${expected.slice(0, 12)} (${value.id} ${value.version})`,
    {
      metadata: { given, expected },
      hint: 'the peer computes its inputs by another schema, or by another version of it',
    },
  );
}

function refused(field: string, expectation: string): BallastError {
  return new BallastError('FEATURE_SCHEMA', `feature schema: ${field}: ${expectation}`, {
    metadata: { field },
  });
}
