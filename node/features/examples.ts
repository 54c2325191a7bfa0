import { knownRow } from './known-row.ts';
import { type PegHorizon, pegFeatures } from './peg-features.ts';
import type { FeatureTable } from './peg-table.ts';

/**
 * Examples of the peg model, grouped into records.
 *
 * A record is a UTC day of rows: at most 24 examples, all of whose rows lie in that day. It is the unit of record
 * privacy. (A raw price also enters the features and labels of neighbouring days; of a `RecordBlock` it does not.)
 */
export type ExampleSet = {
  /** Hours from a row to its label. */
  readonly horizon: PegHorizon;
  readonly records: number;
  /** Examples in all. */
  readonly rows: number;
  /** Inputs of an example. */
  readonly width: number;
  /** rows × width, row-major. */
  readonly x: Float64Array;
  /** (d_{t+horizon} − d_t) / S_t. */
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

/** Hours of a UTC day: the most examples that a record of one day can hold. */
export const ROWS_PER_RECORD = 24;

/**
 * The examples whose rows lie in [from, to) hours and whose labels lie within the table.
 * A range without any gives an empty set. Columns may be views of the table: neither is to be written to.
 *
 * @param recordHours hours since the epoch that one record spans: a UTC day where left out.
 */
export function buildExamples(
  table: FeatureTable,
  range: { from: number; to: number },
  recordHours: number = ROWS_PER_RECORD,
): ExampleSet {
  const { horizon, width } = table;
  const begin = Math.max(table.warmup, range.from - table.startHour);
  const end = Math.min(table.rows - horizon, range.to - table.startHour);
  const rows = Math.max(0, Math.floor(end) - Math.ceil(begin));
  const first = rows === 0 ? 0 : Math.ceil(begin);
  const y = new Float64Array(rows);
  const hour = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const t = first + i;
    const now = table.deviation[t]!;
    y[i] = (table.deviation[t + horizon]! - now) / table.scale[t]!;
    hour[i] = table.startHour + t;
  }
  const recordStart = recordStarts(hour, recordHours);
  return {
    horizon,
    records: recordStart.length - 1,
    rows,
    width,
    x: table.x.subarray(first * width, (first + rows) * width),
    y,
    scale: table.scale.subarray(first, first + rows),
    deviation: table.deviation.subarray(first, first + rows),
    hour,
    flags: table.flags.subarray(first, first + rows),
    recordStart,
  };
}

/** Offsets of the records of ascending hours, and their number at the end: one record a span of `recordHours`. */
export function recordStarts(hour: Float64Array, recordHours: number): Int32Array {
  const starts: number[] = [];
  let record = Number.NaN;
  for (let i = 0; i < hour.length; i++) {
    const own = Math.floor(hour[i]! / recordHours);
    if (own !== record) starts.push(i);
    record = own;
  }
  starts.push(hour.length);
  return Int32Array.from(starts);
}

/**
 * What a forecast made at `hour` (since the epoch) needs, from that hour and before; no label is asked for.
 *
 * @throws BallastError `FEATURES_UNKNOWN` for an hour outside the table or in its warm-up.
 */
export function inputAt(table: FeatureTable, hour: number): Pick<ExampleSet, 'x' | 'scale' | 'deviation'> {
  const t = knownRow(table, hour);
  return {
    x: table.x.slice(t * table.width, (t + 1) * table.width),
    scale: table.scale.slice(t, t + 1),
    deviation: table.deviation.slice(t, t + 1),
  };
}

/** −1 for each odd feature of a horizon, 1 for each even one. */
function mirrorSigns(horizon: PegHorizon): number[] {
  return pegFeatures(horizon).map(({ parity }) => (parity === 'odd' ? -1 : 1));
}

/** The same examples seen in a mirror at the target: odd features and the label change their sign. */
export function mirrorExamples(examples: ExampleSet): ExampleSet {
  const signs = mirrorSigns(examples.horizon);
  return {
    ...examples,
    x: examples.x.map((value, i) => value * signs[i % examples.width]!),
    y: examples.y.map((value) => -value),
    deviation: examples.deviation.map((value) => -value),
  };
}

/**
 * Each record with its own mirror image appended (sign-flip augmentation): twice the rows, the same records, so
 * that a record still counts once.
 */
export function withMirror(examples: ExampleSet): ExampleSet {
  const { horizon, records, rows, width, x, y, deviation, recordStart } = examples;
  const signs = mirrorSigns(horizon);
  const twice = <T extends Float64Array | Uint8Array>(own: T, out: T): T => {
    for (let r = 0; r < records; r++) {
      const [from, to] = [recordStart[r]!, recordStart[r + 1]!];
      for (let i = from; i < to; i++) {
        out[from + i] = own[i]!;
        out[to + i] = own[i]!;
      }
    }
    return out;
  };
  const mirrored = {
    x: new Float64Array(2 * x.length),
    y: new Float64Array(2 * rows),
    deviation: new Float64Array(2 * rows),
  };
  for (let r = 0; r < records; r++) {
    const [from, to] = [recordStart[r]!, recordStart[r + 1]!];
    for (let i = from; i < to; i++) {
      const [own, image] = [from + i, to + i];
      mirrored.y[own] = y[i]!;
      mirrored.y[image] = -y[i]!;
      mirrored.deviation[own] = deviation[i]!;
      mirrored.deviation[image] = -deviation[i]!;
      for (let j = 0; j < width; j++) {
        const value = x[i * width + j]!;
        mirrored.x[own * width + j] = value;
        mirrored.x[image * width + j] = value * signs[j]!;
      }
    }
  }
  return {
    horizon,
    records,
    rows: 2 * rows,
    width,
    ...mirrored,
    scale: twice(examples.scale, new Float64Array(2 * rows)),
    hour: twice(examples.hour, new Float64Array(2 * rows)),
    flags: twice(examples.flags, new Uint8Array(2 * rows)),
    recordStart: recordStart.map((start) => 2 * start),
  };
}
