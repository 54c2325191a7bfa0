import { BallastError } from '../../protocol/errors.ts';
import { type ExampleSet, ROWS_PER_RECORD } from './examples.ts';
import type { RiskExamples } from './risk-examples.ts';

/** What one record is; a UTC day of examples where a network names none. Public, as is where blocks begin. */
export type RecordBlock = { readonly kind: 'block'; readonly days: number };

/** Hours that one record spans: records begin at whole multiples of it since the epoch, the same for every node. */
export function recordHoursOf(record?: RecordBlock): number {
  return record === undefined ? ROWS_PER_RECORD : record.days * ROWS_PER_RECORD;
}

/** A row and, where it was augmented, its mirror image. */
const MOST_ROWS_AN_HOUR = 2;

/**
 * What the promise to a record rests on: its examples are those of one span of `recordHours` hours and no other record
 * has any of that span, each hour gives at most one example (and its mirror image), so at most `recordHours` in all.
 *
 * @throws BallastError `RECORD_BOUND` with the record, what was found and the bound.
 */
export function requireRecordBound(
  examples: Pick<ExampleSet | RiskExamples, 'records' | 'recordStart' | 'hour'>,
  recordHours: number,
): void {
  const { records, recordStart, hour } = examples;
  const spans = new Set<number>();
  for (let r = 0; r < records; r++) {
    const [from, to] = [recordStart[r]!, recordStart[r + 1]!];
    const span = Math.floor(hour[from]! / recordHours);
    if (spans.has(span)) throw unbounded(r, recordHours, 'a span that another record has', 'one of its own');
    spans.add(span);
    const rowsOf = new Uint16Array(recordHours);
    let distinct = 0;
    for (let i = from; i < to; i++) {
      const at = hour[i]! - span * recordHours;
      if (!(Number.isInteger(at) && at >= 0 && at < recordHours)) {
        throw unbounded(r, recordHours, `a row at hour ${hour[i]}`, `hours of span ${span}`);
      }
      const rows = (rowsOf[at] ?? 0) + 1;
      rowsOf[at] = rows;
      if (rows === 1) distinct++;
      if (rows > MOST_ROWS_AN_HOUR) {
        throw unbounded(r, recordHours, `${rows} rows of hour ${hour[i]}`, 'one, and its mirror image');
      }
    }
    if (distinct === 0) throw unbounded(r, recordHours, 'no example', `1 to ${recordHours}`);
  }
}

function unbounded(record: number, recordHours: number, got: string, expected: string): BallastError {
  return new BallastError(
    'RECORD_BOUND',
    `record ${record}: got ${got}, expected ${expected}: at most ${recordHours} examples of ${recordHours} hours`,
    {
      metadata: { record, recordHours },
      hint: 'what one record may add to a sum is bounded only when records do not overlap',
    },
  );
}
