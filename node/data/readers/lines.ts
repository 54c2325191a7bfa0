import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { UsageError } from '../../../protocol/errors.ts';

/** What a reader accepts before it gives up on a file. */
export type LineLimits = {
  /** Bytes of one line without its end. */
  readonly maxLineBytes: number;
  /** Bytes of the whole file after decompression. */
  readonly maxFileBytes: number;
};

export const DEFAULT_LINE_LIMITS: LineLimits = { maxLineBytes: 4096, maxFileBytes: 512 * 2 ** 20 };

/**
 * The lines of a text file (`.gz` is decompressed on the way), each with its number from 1. Memory stays at one
 * chunk and one line.
 *
 * @throws UsageError `DATA_FILE_UNREADABLE`, `DATA_LINE_TOO_LONG`, `DATA_FILE_TOO_LARGE`.
 */
export async function* readLines(
  file: string,
  limits: LineLimits = DEFAULT_LINE_LIMITS,
): AsyncGenerator<{ readonly number: number; readonly text: string }> {
  const raw = createReadStream(file);
  const stream = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => stream.destroy(error));
  let number = 0;
  let read = 0;
  let rest = Buffer.alloc(0);
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const chunk = await nextChunk(chunks, file);
      if (chunk === undefined) break;
      read += chunk.length;
      if (read > limits.maxFileBytes) {
        throw new UsageError(
          'DATA_FILE_TOO_LARGE',
          `${file}: got more than ${limits.maxFileBytes} bytes, expected at most that many after decompression`,
          { metadata: { file, maxFileBytes: limits.maxFileBytes }, hint: 'split the file by period' },
        );
      }
      let buffer: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = buffer.indexOf(10); end >= 0; end = buffer.indexOf(10)) {
        number++;
        checkLength(end, limits, file, number);
        yield { number, text: decode(buffer.subarray(0, end)) };
        buffer = buffer.subarray(end + 1);
      }
      checkLength(buffer.length, limits, file, number + 1);
      rest = Buffer.from(buffer);
    }
    if (rest.length > 0) yield { number: number + 1, text: decode(rest) };
  } finally {
    stream.destroy();
    raw.destroy();
  }
}

async function nextChunk(chunks: AsyncIterator<Buffer>, file: string): Promise<Buffer | undefined> {
  try {
    const next = await chunks.next();
    return next.done === true ? undefined : next.value;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('DATA_FILE_UNREADABLE', `${file}: got "${reason}", expected a readable file`, {
      metadata: { file },
      hint: 'check the path and, for a name ending in .gz, that the content is gzip',
      cause,
    });
  }
}

function checkLength(length: number, limits: LineLimits, file: string, number: number): void {
  if (length <= limits.maxLineBytes) return;
  throw new UsageError(
    'DATA_LINE_TOO_LONG',
    `${file}:${number}: got a line of ${length} bytes or more, expected at most ${limits.maxLineBytes}`,
    {
      metadata: { file, line: number, maxLineBytes: limits.maxLineBytes },
      hint: 'is this a text file of comma-separated values?',
    },
  );
}

function decode(line: Buffer): string {
  const end = line.length > 0 && line[line.length - 1] === 13 ? line.length - 1 : line.length;
  return line.toString('utf8', 0, end);
}
