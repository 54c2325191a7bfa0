import type { LibraryFeature } from './feature.ts';
import type { MarketHistory } from './history.ts';
import { modelInputs, namedValues } from './inputs.ts';
import { FEATURE_LIBRARY } from './registry.ts';
import type { FeatureSchema } from './schema.ts';
import { createFeatureStream, featuresAt } from './stream.ts';

/** A model's inputs at several moments. */
export type SchemaRows = {
  /** rows × columns of the schema, row-major, scaled and clipped. */
  readonly x: Float64Array;
  /** 1 where a value is missing and the schema's fill stands. */
  readonly missing: Uint8Array;
};

/**
 * What a schema makes of a history at the given moments, each from what was known then: bars go through their streams
 * once, and everything else is read where it is asked for.
 *
 * @param history as `openHistory` gives it.
 * @param times milliseconds since the epoch, ascending, each the end of a bar of the history.
 * @throws as `createFeatureStream`.
 */
export function schemaRows(
  schema: FeatureSchema,
  history: MarketHistory,
  times: readonly number[],
): SchemaRows {
  const names = new Set(schema.columns.map(({ name }) => name));
  const wanted = FEATURE_LIBRARY.filter(({ columns }) => columns.some(({ name }) => names.has(name)));
  const ofBars = wanted.filter(({ input }) => input === 'bars');
  const ofMoments: LibraryFeature[] = wanted.filter(({ input }) => input !== 'bars');
  const width = schema.columns.length;
  const out = { x: new Float64Array(times.length * width), missing: new Uint8Array(times.length * width) };
  const options = { barSeconds: schema.barSeconds };
  const stream = createFeatureStream(ofBars, options);
  // Moments alone: their own bars have gone by.
  const events = { ...history, bars: [] };
  let next = 0;
  for (const bar of history.bars) {
    const row = stream.push(bar);
    if (bar.time !== times[next]) continue;
    const moment = featuresAt(ofMoments, events, bar.time, options);
    const { x, missing } = modelInputs(schema, {
      ...namedValues(stream.columns, row),
      ...namedValues(moment.columns, moment),
    });
    out.x.set(x, next * width);
    out.missing.set(missing, next * width);
    next++;
  }
  out.missing.fill(1, next * width);
  return out;
}
