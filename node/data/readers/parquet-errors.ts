import { UsageError } from '../../../protocol/errors.ts';

/** `DATA_PARQUET`, with what its reader said. */
export function damaged(file: string, cause: unknown): UsageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UsageError(
    'DATA_PARQUET',
    `${file}: got ${JSON.stringify(reason.slice(0, 120))}, expected a whole Parquet file of flat columns, moments with a time zone`,
    { metadata: { file }, hint: 'write the file again, or convert it to CSV; nothing was loaded', cause },
  );
}

/** `DATA_FILE_TOO_LARGE`. */
export function tooLarge(file: string, got: string, most: number): UsageError {
  return new UsageError('DATA_FILE_TOO_LARGE', `${file}: got ${got}, expected at most ${most}`, {
    metadata: { file, most },
    hint: 'split the file by period, or write smaller row groups',
  });
}
