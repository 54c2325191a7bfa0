import { mean, median, memory, deviation as spreadOf } from './statistics.ts';

const YEAR_HOURS = 365.25 * 24;
/** A depeg begins this far from the target, bp, and ends at half of it. */
const NEAR = 50;
const FAR = 100;

export const PEG_MOMENTS = [
  'volatility of an hour, bp',
  'distance from its own median, bp',
  'memory of the deviation, 24 h',
  'depegs of 50 bp a year',
  'depegs of 100 bp a year',
  'depth of a depeg of 50 bp, bp',
  'share of hours 50 bp off',
] as const;
export type PegMoment = (typeof PEG_MOMENTS)[number];

/** @param deviation hourly, bp. The depth is the median over depegs, NaN where there was none. */
export function pegMoments(deviation: Float64Array): Readonly<Record<PegMoment, number>> {
  const years = deviation.length / YEAR_HOURS;
  const centre = median(deviation);
  const near = depthsOf(deviation, NEAR);
  return {
    'volatility of an hour, bp': spreadOf(deviation.slice(1).map((d, i) => d - deviation[i]!)),
    'distance from its own median, bp': median(deviation.map((d) => Math.abs(d - centre))),
    'memory of the deviation, 24 h': memory(deviation, 24),
    'depegs of 50 bp a year': near.length / years,
    'depegs of 100 bp a year': depthsOf(deviation, FAR).length / years,
    'depth of a depeg of 50 bp, bp': median(near),
    'share of hours 50 bp off': mean(deviation.map((d) => (Math.abs(d) >= NEAR ? 1 : 0))),
  };
}

/** The greatest distance of each stretch that begins at `limit` and ends at half of it. */
function depthsOf(deviation: Float64Array, limit: number): readonly number[] {
  const depths: number[] = [];
  let peak = 0;
  for (const d of deviation) {
    const size = Math.abs(d);
    if (size >= limit || (peak > 0 && size >= limit / 2)) peak = Math.max(peak, size);
    else if (peak > 0) {
      depths.push(peak);
      peak = 0;
    }
  }
  return peak > 0 ? [...depths, peak] : depths;
}
