import { BallastError } from '../../protocol/errors.ts';

/** Rows of hours, of which the first have no features yet. */
type HourlyTable = { readonly startHour: number; readonly rows: number; readonly warmup: number };

/**
 * The row of an hour since the epoch.
 *
 * @throws BallastError `FEATURES_UNKNOWN` for an hour outside the table or in its warm-up.
 */
export function knownRow({ startHour, rows, warmup }: HourlyTable, hour: number): number {
  const row = hour - startHour;
  if (Number.isInteger(row) && row >= warmup && row < rows) return row;
  const [first, last] = [startHour + warmup, startHour + rows - 1];
  throw new BallastError('FEATURES_UNKNOWN', `hour: got ${hour}, expected ${first} to ${last}`, {
    metadata: { hour, first, last },
  });
}
