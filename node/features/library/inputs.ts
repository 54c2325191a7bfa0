import { BallastError } from '../../../protocol/errors.ts';
import type { Column, FeatureRow } from './feature.ts';
import { type Scaling, scaleValue } from './scaling.ts';
import type { FeatureSchema, SchemaColumn } from './schema.ts';

/** A model's inputs at one moment, scaled and clipped, and the mask beside them. */
export type ModelInputs = {
  /** As many as the schema has columns, finite, within ±clip. */
  readonly x: Float64Array;
  /** 1 where the value is missing and the schema's fill stands. */
  readonly missing: Uint8Array;
};

/** Values by column name; null or what is not finite is missing. */
export type NamedValues = Readonly<Record<string, number | null>>;

/**
 * The inputs that a schema makes of named values. What the schema does not name is passed over, what it names and
 * nobody gives is missing.
 */
export function modelInputs(schema: FeatureSchema, values: NamedValues): ModelInputs {
  const x = new Float64Array(schema.columns.length);
  const missing = new Uint8Array(schema.columns.length);
  for (const [i, { name, scaling, fill }] of schema.columns.entries()) {
    const value = Object.hasOwn(values, name) ? (values[name] ?? Number.NaN) : Number.NaN;
    const scaled = Number.isFinite(value) ? scaleValue(scaling, value, schema.clip) : Number.NaN;
    missing[i] = Number.isNaN(scaled) ? 1 : 0;
    x[i] = Number.isNaN(scaled) ? fill : scaled;
  }
  return { x, missing };
}

/** A row's values by the names of its columns, null where missing. */
export function namedValues(columns: readonly Column[], row: FeatureRow): NamedValues {
  return Object.fromEntries(
    columns.map(({ name }, i) => [name, row.missing[i] === 1 ? null : (row.values[i] ?? null)]),
  );
}

/**
 * A schema's column from a column of the library.
 *
 * @throws BallastError `FEATURE_UNKNOWN` where `columns` has no such name.
 */
export function schemaColumn(
  columns: readonly Column[],
  name: string,
  scaling: Scaling,
  fill = 0,
): SchemaColumn {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) {
    throw new BallastError(
      'FEATURE_UNKNOWN',
      `column: got ${JSON.stringify(name)}, expected one of the library`,
      {
        metadata: { name },
      },
    );
  }
  return { name, unit: found.unit, fill, scaling };
}
