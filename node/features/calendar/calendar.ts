import { barFeature, column } from '../library/feature.ts';
import { HOUR_MS } from '../series.ts';

const DAY_MS = 24 * HOUR_MS;

/**
 * The hour of the day, the day of the week (from Monday) and the day of the year, each as a point on a circle, always in
 * UTC. Weekend, day of month, month and quarter are functions of the last two, without the step from December to January.
 */
export const calendar = barFeature({
  name: 'calendar',
  family: 'calendar',
  description: 'sin and cos of the time of day, of the week (from Monday) and of the year, UTC',
  columns: ['hour', 'weekday', 'year'].flatMap((cycle) => [
    column(`${cycle}-sin`, 'one'),
    column(`${cycle}-cos`, 'one', 1),
  ]),
  warmupBars: 1,
  create: () => (bar, values, offset) => {
    circle(dayShare(bar.time), values, offset);
    circle(weekShare(bar.time), values, offset + 2);
    circle(yearShare(bar.time), values, offset + 4);
  },
});

function circle(share: number, values: Float64Array, offset: number): void {
  values[offset] = Math.sin(2 * Math.PI * share);
  values[offset + 1] = Math.cos(2 * Math.PI * share);
}

function dayShare(time: number): number {
  return time / DAY_MS - Math.floor(time / DAY_MS);
}

/** Whole days since Monday, in sevenths; 1970-01-01 was a Thursday. */
function weekShare(time: number): number {
  const day = Math.floor(time / DAY_MS) + 3;
  return (day - 7 * Math.floor(day / 7)) / 7;
}

/** Whole days since New Year over the days of that year. */
function yearShare(time: number): number {
  const year = new Date(time).getUTCFullYear();
  const [from, to] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
  return Math.floor((time - from) / DAY_MS) / ((to - from) / DAY_MS);
}
