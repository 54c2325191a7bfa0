import { BallastError } from '../../../protocol/errors.ts';
import { joinColumns, ROWS_PER_RECORD } from '../../features/index.ts';
import { ASSESSOR_INPUTS, type AssessorNumbers, RISK_SCORES, type RiskScore } from './assessor.ts';

/** Rows of an assessor, grouped into records: a record is a UTC day of rows, as it is for the other heads. */
export type AssessorExamples = {
  readonly records: number;
  readonly rows: number;
  /** rows × 24, row-major. */
  readonly x: Float64Array;
  /** rows × 5 of 0 to 1, row-major: outcomes over their scales, 1 at the most. */
  readonly labels: Float64Array;
  /** rows × 5: 1 where the outcome is beyond its threshold. */
  readonly events: Uint8Array;
  /** Hours since the epoch, ascending within a protocol. */
  readonly hour: Float64Array;
  /** records + 1 offsets. */
  readonly recordStart: Int32Array;
};

/**
 * Labels from what came to pass in the 24 hours after each row.
 *
 * @param rows inputs (24 each, row-major) and outcomes of the same hours.
 * @param range rows to take, hours since the epoch, half-open; the caller keeps labels of 24 h out of later rows.
 * @throws BallastError `MODEL_SIZE` for columns of unequal length.
 */
export function buildAssessorExamples(
  rows: {
    readonly x: Float64Array;
    readonly hour: Float64Array;
    readonly outcomes: Readonly<Record<RiskScore, Float64Array>>;
  },
  { scale, threshold }: Pick<AssessorNumbers, 'scale' | 'threshold'>,
  range: { readonly from: number; readonly to: number },
): AssessorExamples {
  const { x, hour, outcomes } = rows;
  if (
    x.length !== hour.length * ASSESSOR_INPUTS ||
    RISK_SCORES.some((s) => outcomes[s].length !== hour.length)
  ) {
    throw new BallastError(
      'MODEL_SIZE',
      `assessor rows: got ${x.length} inputs for ${hour.length} hours, expected ${ASSESSOR_INPUTS} and an outcome of each score an hour`,
      { metadata: { inputs: x.length, hours: hour.length } },
    );
  }
  const taken = [...hour.keys()].filter((i) => hour[i]! >= range.from && hour[i]! < range.to);
  const outputs = RISK_SCORES.length;
  const out = {
    x: new Float64Array(taken.length * ASSESSOR_INPUTS),
    labels: new Float64Array(taken.length * outputs),
    events: new Uint8Array(taken.length * outputs),
    hour: Float64Array.from(taken, (i) => hour[i]!),
  };
  const starts: number[] = [];
  let day = Number.NaN;
  for (const [k, i] of taken.entries()) {
    out.x.set(x.subarray(i * ASSESSOR_INPUTS, (i + 1) * ASSESSOR_INPUTS), k * ASSESSOR_INPUTS);
    for (const [q, score] of RISK_SCORES.entries()) {
      const outcome = outcomes[score][i]!;
      out.labels[k * outputs + q] = Math.min(1, outcome / scale[score]);
      out.events[k * outputs + q] = outcome > threshold[score] ? 1 : 0;
    }
    const own = Math.floor(hour[i]! / ROWS_PER_RECORD);
    if (own !== day) starts.push(k);
    day = own;
  }
  return {
    ...out,
    rows: taken.length,
    records: starts.length,
    recordStart: Int32Array.from([...starts, taken.length]),
  };
}

/** Rows of several protocols, one after the other; their records stay apart. */
export function joinAssessorExamples(sets: readonly AssessorExamples[]): AssessorExamples {
  const starts = [0];
  for (const { records, recordStart } of sets) {
    const before = starts.at(-1) ?? 0;
    for (let r = 1; r <= records; r++) starts.push(before + recordStart[r]!);
  }
  const floats = (of: (set: AssessorExamples) => Float64Array) => joinColumns(sets.map(of));
  return {
    records: starts.length - 1,
    rows: starts.at(-1) ?? 0,
    x: floats(({ x }) => x),
    labels: floats(({ labels }) => labels),
    events: Uint8Array.from(floats(({ events }) => Float64Array.from(events))),
    hour: floats(({ hour }) => hour),
    recordStart: Int32Array.from(starts),
  };
}
