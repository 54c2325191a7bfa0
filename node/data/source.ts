import { z } from 'zod';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import { endHour, type HourlySeries, sliceHours } from '../features/series.ts';
import { generateVenue } from './generator/venue.ts';
import { PRICE_FORMATS, type PriceFormat, readPrices } from './readers/prices.ts';
import { type FlaggedPrint, holdUnconfirmed } from './readers/prints.ts';
import { resampleHourly } from './readers/resample.ts';

const date = z.iso.date();
const period = { from: date.optional(), to: date.optional() };
const formats = Object.keys(PRICE_FORMATS) as [PriceFormat, ...PriceFormat[]];

/**
 * Where a node's series comes from, as plain JSON, so that a process can load its own slice and nothing else.
 * `from` (inclusive) and `to` (exclusive) are UTC dates; `target` is the peg in the unit of the prices.
 */
export const marketSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('generator'),
    seed: z.int().nonnegative(),
    venue: z.int().nonnegative(),
    days: z.int().min(30).max(20_000).optional(),
    ...period,
  }),
  z.strictObject({
    kind: z.literal('csv'),
    format: z.enum(formats),
    file: z.string().min(1),
    target: z.number().positive().optional(),
    ...period,
  }),
]);

export type MarketSource = z.infer<typeof marketSourceSchema>;

/** A series and what had to be done to get it. */
export type LoadedSeries = {
  readonly series: HourlySeries;
  /** Hours that repeat an earlier observation. */
  readonly carriedHours: number;
  /** Single prints that no neighbour confirmed, each with its replacement. */
  readonly flagged: readonly FlaggedPrint[];
};

/**
 * Loads the hourly peg deviations of `source`, filtered for single wild prints and cut to its period.
 *
 * @throws UsageError `DATA_MALFORMED`, `DATA_GAP`, `DATA_EMPTY`, `DATA_FILE_UNREADABLE` and the limits' errors.
 */
export async function loadSeries(source: MarketSource, signal?: AbortSignal): Promise<LoadedSeries> {
  signal?.throwIfAborted();
  const from = source.from === undefined ? Number.NEGATIVE_INFINITY : hourOfDate(source.from);
  const to = source.to === undefined ? Number.POSITIVE_INFINITY : hourOfDate(source.to);
  const name = source.kind === 'csv' ? source.file : `generator seed ${source.seed} venue ${source.venue}`;
  const flagged: FlaggedPrint[] = [];
  let series: HourlySeries;
  let carriedHours = 0;
  if (source.kind === 'generator') {
    series = generateVenue(source.seed, source.venue, source.days);
  } else {
    const prices = abortable(holdUnconfirmed(readPrices(source.file, source.format), flagged), signal);
    ({ series, carriedHours } = await resampleHourly(prices, source.target ?? 1, name));
  }
  const cut = sliceHours(series, from, to);
  if (cut.deviation.length < 2) {
    throw new UsageError(
      'DATA_EMPTY',
      `${name}: got no hours from ${source.from ?? 'the start'} to ${source.to ?? 'the end'}, expected some of ` +
        `${dateOfHour(series.startHour)} to ${dateOfHour(endHour(series))}`,
      { metadata: { name, from: source.from, to: source.to }, hint: 'correct from and to' },
    );
  }
  return { series: cut, carriedHours, flagged };
}

/** Hours since the epoch of 00:00 UTC on `text` (YYYY-MM-DD). */
export function hourOfDate(text: string): number {
  const millis = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(millis)) {
    throw new BallastError('DATE_MALFORMED', `date: got "${text}", expected YYYY-MM-DD`, {
      metadata: { text },
    });
  }
  return millis / 3_600_000;
}

/** The UTC date (YYYY-MM-DD) that holds the hour. */
export function dateOfHour(hour: number): string {
  return new Date(hour * 3_600_000).toISOString().slice(0, 10);
}

async function* abortable<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
}
