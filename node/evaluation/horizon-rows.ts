import { BallastError } from '../../protocol/errors.ts';
import type { HourRange } from '../data/index.ts';
import {
  type ExampleSet,
  FEATURE_CLIP,
  type HourlySeries,
  pegFeatures,
  SCALE_FLOOR,
  SCALE_HALF_LIFE,
} from '../features/index.ts';
import { absoluteChange, ewma } from '../features/rolling.ts';

/** The most steps ahead that are evaluated. */
const MAX_STEPS_AHEAD = 720;

const GAPS = ['fast-gap', 'middle-gap', 'slow-gap'].map((name) =>
  pegFeatures(24).findIndex((feature) => feature.name === name),
);
/** Columns up to and with the last gap: the same places at every horizon. */
const WIDTH = Math.max(...GAPS) + 1;
const GAP_HALF_LIVES = [6, 36, 240] as const;

/** Rows in the form of examples, without records: baselines are fitted and forecast at any number of steps ahead. */
export type HorizonRows = Omit<ExampleSet, 'horizon' | 'records' | 'recordStart'> & {
  /** Steps from a row to its label. */
  readonly horizon: number;
};

/** What a series is at every step for one horizon, from the past and present alone. */
export type HorizonTable = {
  readonly series: HourlySeries;
  readonly horizon: number;
  /** S_t: average, half-life 96 steps, of |d_t − d_{t−h}|, not below its floor; bp. */
  readonly scale: Float64Array;
  /** d, and the averages whose gaps mean reversion closes. */
  readonly averages: readonly Float64Array[];
};

/** @throws BallastError `HORIZON` for a horizon that is not a whole number from 1 to `MAX_STEPS_AHEAD`. */
export function horizonTable(series: HourlySeries, horizon: number): HorizonTable {
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > MAX_STEPS_AHEAD) {
    throw new BallastError(
      'HORIZON',
      `horizon: got ${horizon}, expected a whole number of steps from 1 to ${MAX_STEPS_AHEAD}`,
      { metadata: { horizon } },
    );
  }
  const { deviation } = series;
  const scale = ewma(absoluteChange(deviation, horizon), SCALE_HALF_LIFE).map((s) =>
    Number.isNaN(s) ? SCALE_FLOOR : Math.max(SCALE_FLOOR, s),
  );
  return { series, horizon, scale, averages: [deviation, ...GAP_HALF_LIVES.map((h) => ewma(deviation, h))] };
}

/**
 * Rows in the form that the baselines are fitted and forecast in (`fitPublicNumbers`, `baselineQuantiles`): of the
 * features only the gaps that they read. At 24 hours they are the rows of the peg head.
 *
 * @param ranges ascending; each row's label has to lie within the series, unless `labels` is false.
 */
export function horizonRows(table: HorizonTable, ranges: readonly HourRange[], labels = true): HorizonRows {
  const { series, horizon, scale, averages } = table;
  const { startHour, deviation } = series;
  const end = startHour + deviation.length - (labels ? horizon : 0);
  const hours = ranges.flatMap(({ from, to }) => {
    const first = Math.max(startHour, from);
    return Array.from({ length: Math.max(0, Math.min(to, end) - first) }, (_, i) => first + i);
  });
  const rows = hours.length;
  const width = WIDTH;
  const x = new Float64Array(rows * width);
  const own = new Float64Array(rows);
  const y = new Float64Array(rows);
  const now = new Float64Array(rows);
  for (const [i, hour] of hours.entries()) {
    const t = hour - startHour;
    own[i] = scale[t]!;
    now[i] = deviation[t]!;
    y[i] = labels ? (deviation[t + horizon]! - deviation[t]!) / scale[t]! : Number.NaN;
    for (const [j, column] of GAPS.entries()) {
      const gap = ((averages[j]?.[t] ?? 0) - (averages[j + 1]?.[t] ?? 0)) / scale[t]!;
      x[i * width + column] = Math.max(-FEATURE_CLIP, Math.min(FEATURE_CLIP, Math.asinh(gap)));
    }
  }
  return {
    horizon,
    rows,
    width,
    x,
    y,
    scale: own,
    deviation: now,
    hour: Float64Array.from(hours),
    flags: Uint8Array.from(hours, (hour) => series.flags?.[hour - startHour] ?? 0),
  };
}

/**
 * Several sets of one width and horizon as one.
 *
 * @throws BallastError `EXAMPLES_TOO_FEW` without any, `HORIZON` for sets of several horizons: their labels are not alike.
 */
export function joinRows(sets: readonly HorizonRows[]): HorizonRows {
  const [first] = sets;
  if (first === undefined) {
    throw new BallastError('EXAMPLES_TOO_FEW', 'rows: got no set, expected one or more', {
      hint: 'use a longer history, or another split',
    });
  }
  const { horizon, width } = first;
  const horizons = [...new Set(sets.map((set) => set.horizon))];
  if (horizons.length > 1) {
    throw new BallastError('HORIZON', `rows: got horizons ${horizons.join(', ')}, expected one`, {
      metadata: { horizons },
    });
  }
  const column = (name: 'x' | 'y' | 'scale' | 'deviation' | 'hour') => {
    const out = new Float64Array(sets.reduce((sum, set) => sum + set[name].length, 0));
    let at = 0;
    for (const set of sets) {
      out.set(set[name], at);
      at += set[name].length;
    }
    return out;
  };
  const y = column('y');
  return {
    horizon,
    rows: y.length,
    width,
    x: column('x'),
    y,
    scale: column('scale'),
    deviation: column('deviation'),
    hour: column('hour'),
    flags: Uint8Array.from(sets.flatMap((set) => [...set.flags])),
  };
}
