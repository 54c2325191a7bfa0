import { open } from 'node:fs/promises';
import { UsageError } from '../../../protocol/errors.ts';

/**
 * The first bytes of a file, fewer where it is shorter.
 *
 * @throws UsageError `DATA_FILE_UNREADABLE`.
 */
export async function firstBytes(file: string, count: number): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** `DATA_FILE_UNREADABLE`, with what the system said. */
export function unreadable(file: string, cause: unknown): UsageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UsageError('DATA_FILE_UNREADABLE', `${file}: got "${reason}", expected a readable file`, {
    metadata: { file },
    hint: 'check the path and, for gzip, that the file is whole',
    cause,
  });
}
