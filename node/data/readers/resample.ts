import { UsageError } from '../../../protocol/errors.ts';
import { FLAGS, type HourlyMarket, type ObservationTiming } from '../../features/series.ts';
import { type FlaggedBar, HEARTBEAT_GRACE } from './flagging.ts';

/** Hours without an observation after which the last one no longer stands for the price (two missed heartbeats). */
const MAX_GAP_HOURS = 48;

/** What a feed promises: a bar every `step` seconds, or a price every `heartbeat` seconds at the least. */
export type Cadence = { readonly step?: number; readonly heartbeat?: number };

/** Hourly bars, and how many of them repeat an earlier observation. */
export type Resampled = {
  readonly market: HourlyMarket & { readonly volume: Float64Array; readonly timing?: ObservationTiming };
  readonly carriedHours: number;
};

/**
 * Hourly bars of what was known at each full hour: the last believed price, the highest and lowest print since the
 * hour before, the volume between, the flags of all observations in it, and of single prices, which do not come by the
 * clock, when they came. Nothing is interpolated: an hour without an observation repeats the last price, and is flagged `gap` where one was expected and `stale` where the
 * heartbeat has passed. The last hour counts only if it is complete.
 *
 * @throws UsageError `DATA_GAP` where more than `MAX_GAP_HOURS` pass without an observation; `DATA_EMPTY` for fewer
 *   than two hours.
 */
export async function resampleHourly(
  bars: AsyncIterable<FlaggedBar>,
  { step, heartbeat }: Cadence,
  name: string,
): Promise<Resampled> {
  const columns = { close: [] as number[], high: [] as number[], low: [] as number[] };
  const volume: number[] = [];
  const timing = { age: [] as number[], count: [] as number[] };
  const flags: number[] = [];
  let startHour = 0;
  let carriedHours = 0;
  let last: FlaggedBar | undefined;
  // What the hour in progress has seen so far; low > high while there is nothing.
  let hour = fresh();

  const emit = () => {
    if (last === undefined) return;
    const now = startHour + flags.length;
    const silence = now * 3600 - last.bar.second;
    const empty = hour.low > hour.high;
    if (empty) carriedHours++;
    columns.close.push(last.level);
    columns.high.push(empty ? last.level : Math.max(hour.high, last.level));
    columns.low.push(empty ? last.level : Math.min(hour.low, last.level));
    volume.push(hour.volume);
    timing.age.push(silence / 3600);
    timing.count.push(hour.count);
    const late = step !== undefined && silence >= step;
    const silent = heartbeat !== undefined && silence > heartbeat + HEARTBEAT_GRACE;
    flags.push(hour.flags | (late ? FLAGS.gap : 0) | (silent ? FLAGS.stale : 0));
    hour = fresh();
  };

  for await (const flagged of bars) {
    const { bar } = flagged;
    const ends = Math.ceil(bar.second / 3600);
    // Whether a bar before this one would have belonged to the same hour.
    const sameHour = step !== undefined && Math.ceil((bar.second - step) / 3600) === ends;
    if (last === undefined) {
      startHour = ends;
      if (sameHour) hour.flags |= FLAGS.gap;
    } else if (ends - 1 - last.bar.second / 3600 > MAX_GAP_HOURS) {
      throw gap(name, last.bar.second, bar.second);
    }
    while (startHour + flags.length < ends) emit();
    // Of what is missing before a bar, only a part in the same hour concerns this hour.
    hour.flags |= flagged.missing > 0 && !sameHour ? flagged.flags & ~FLAGS.gap : flagged.flags;
    hour.high = Math.max(hour.high, bar.high);
    hour.low = Math.min(hour.low, bar.low);
    if (bar.volume > 0) hour.volume += bar.volume;
    hour.count++;
    last = flagged;
  }
  if (last !== undefined && last.bar.second === 3600 * (startHour + flags.length)) emit();
  if (flags.length < 2) {
    throw new UsageError('DATA_EMPTY', `${name}: got ${flags.length} hours, expected at least 2`, {
      metadata: { name, hours: flags.length },
      hint: 'check the period and the file',
    });
  }
  return {
    market: {
      startHour,
      close: Float64Array.from(columns.close),
      high: Float64Array.from(columns.high),
      low: Float64Array.from(columns.low),
      volume: Float64Array.from(volume),
      ...(step === undefined
        ? { timing: { age: Float64Array.from(timing.age), count: Float64Array.from(timing.count) } }
        : {}),
      flags: Uint8Array.from(flags),
    },
    carriedHours,
  };
}

function fresh() {
  return { high: Number.NEGATIVE_INFINITY, low: Number.POSITIVE_INFINITY, volume: 0, count: 0, flags: 0 };
}

function gap(name: string, from: number, to: number): UsageError {
  const iso = (second: number) => new Date(second * 1000).toISOString();
  return new UsageError(
    'DATA_GAP',
    `${name}: got nothing between ${iso(from)} and ${iso(to)}, expected at most ${MAX_GAP_HOURS} hours without an observation`,
    { metadata: { name, from, to }, hint: 'load the periods before and after the gap as two sources' },
  );
}
