import { BallastError } from '../../protocol/errors.ts';
import { FEATURES, type FeatureTable, HORIZON_HOURS } from './peg-features.ts';

/**
 * Examples of the peg model, grouped into records.
 *
 * A record is a UTC day of rows: at most 24 examples, all of whose rows lie in that day. It is the unit of record
 * privacy. (A raw price also enters the features and labels of neighbouring days.)
 */
export type ExampleSet = {
  readonly records: number;
  /** Examples in all. */
  readonly rows: number;
  /** Inputs of an example. */
  readonly width: number;
  /** rows × width, row-major. */
  readonly x: Float64Array;
  /** (d_{t+24} − d_t) / S_t. */
  readonly y: Float64Array;
  /** S_t, bp. */
  readonly scale: Float64Array;
  /** d_t, bp. */
  readonly deviation: Float64Array;
  /** Hours since the epoch of each example's row t. */
  readonly hour: Float64Array;
  /** Bits of `FLAGS` of each row's hour: a doubtful row is a row like the others, and known to be doubtful. */
  readonly flags: Uint8Array;
  /** records + 1 offsets: record r holds rows recordStart[r] … recordStart[r + 1] − 1. */
  readonly recordStart: Int32Array;
};

/** The most examples that one record can hold. */
export const ROWS_PER_RECORD = 24;

/**
 * The examples whose rows lie in [from, to) hours and whose labels lie within the table.
 * A range without any gives an empty set.
 */
export function buildExamples(table: FeatureTable, range: { from: number; to: number }): ExampleSet {
  const width = FEATURES.length;
  const begin = Math.max(table.warmup, range.from - table.startHour);
  const end = Math.min(table.rows - HORIZON_HOURS, range.to - table.startHour);
  const rows = Math.max(0, Math.floor(end) - Math.ceil(begin));
  const first = rows === 0 ? 0 : Math.ceil(begin);
  const y = new Float64Array(rows);
  const hour = new Float64Array(rows);
  const recordStart: number[] = [];
  let day = Number.NaN;
  for (let i = 0; i < rows; i++) {
    const t = first + i;
    const now = table.deviation[t]!;
    y[i] = (table.deviation[t + HORIZON_HOURS]! - now) / table.scale[t]!;
    hour[i] = table.startHour + t;
    const rowDay = Math.floor((table.startHour + t) / ROWS_PER_RECORD);
    if (rowDay !== day) recordStart.push(i);
    day = rowDay;
  }
  return {
    records: recordStart.length,
    rows,
    width,
    x: table.x.slice(first * width, (first + rows) * width),
    y,
    scale: table.scale.slice(first, first + rows),
    deviation: table.deviation.slice(first, first + rows),
    hour,
    flags: table.flags.slice(first, first + rows),
    recordStart: Int32Array.from([...recordStart, rows]),
  };
}

/**
 * What a forecast made at `hour` (since the epoch) needs, from that hour and before; no label is asked for.
 *
 * @throws BallastError `FEATURES_UNKNOWN` for an hour outside the table or in its warm-up.
 */
export function inputAt(table: FeatureTable, hour: number): Pick<ExampleSet, 'x' | 'scale' | 'deviation'> {
  const t = hour - table.startHour;
  if (!Number.isInteger(t) || t < table.warmup || t >= table.rows) {
    const [first, last] = [table.startHour + table.warmup, table.startHour + table.rows - 1];
    throw new BallastError('FEATURES_UNKNOWN', `hour: got ${hour}, expected ${first} to ${last}`, {
      metadata: { hour, first, last },
    });
  }
  return {
    x: table.x.slice(t * FEATURES.length, (t + 1) * FEATURES.length),
    scale: table.scale.slice(t, t + 1),
    deviation: table.deviation.slice(t, t + 1),
  };
}

/** The same examples seen in a mirror at the target: odd features and the label change their sign. */
export function mirrorExamples(examples: ExampleSet): ExampleSet {
  const sign = FEATURES.map(({ parity }) => (parity === 'odd' ? -1 : 1));
  return {
    ...examples,
    x: examples.x.map((value, i) => value * sign[i % examples.width]!),
    y: examples.y.map((value) => -value),
    deviation: examples.deviation.map((value) => -value),
  };
}

/**
 * Each record with its own mirror image appended (sign-flip augmentation): twice the rows, the same records, so
 * that a record still counts once.
 */
export function withMirror(examples: ExampleSet): ExampleSet {
  const mirror = mirrorExamples(examples);
  const interleave = <T extends Float64Array | Uint8Array>(a: T, b: T, width: number): T => {
    const out = (
      a instanceof Uint8Array ? new Uint8Array(2 * a.length) : new Float64Array(2 * a.length)
    ) as T;
    for (let r = 0; r < examples.records; r++) {
      const from = examples.recordStart[r]! * width;
      const to = examples.recordStart[r + 1]! * width;
      out.set(a.subarray(from, to), 2 * from);
      out.set(b.subarray(from, to), from + to);
    }
    return out;
  };
  return {
    records: examples.records,
    rows: 2 * examples.rows,
    width: examples.width,
    x: interleave(examples.x, mirror.x, examples.width),
    y: interleave(examples.y, mirror.y, 1),
    scale: interleave(examples.scale, mirror.scale, 1),
    deviation: interleave(examples.deviation, mirror.deviation, 1),
    hour: interleave(examples.hour, mirror.hour, 1),
    flags: interleave(examples.flags, mirror.flags, 1),
    recordStart: examples.recordStart.map((start) => 2 * start),
  };
}
