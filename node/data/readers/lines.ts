import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { UsageError } from '../../../protocol/errors.ts';
import { firstBytes, unreadable } from './first-bytes.ts';

/** What a reader accepts before it gives up on a file. */
export type LineLimits = {
  /** Bytes of one line without its end. */
  readonly maxLineBytes: number;
  /** Bytes of the whole file after decompression. */
  readonly maxFileBytes: number;
};

export const DEFAULT_LINE_LIMITS: LineLimits = { maxLineBytes: 4096, maxFileBytes: 512 * 2 ** 20 };

/**
 * The lines of a text file, each with its number from 1, without its end (LF or CR LF) and without a byte order
 * mark. Content that begins as gzip does is decompressed on the way, whatever the file is called. Memory stays at
 * one chunk and one line.
 *
 * @throws UsageError `DATA_FILE_UNREADABLE`, `DATA_TRUNCATED` (a gzip member without its end), `DATA_LINE_TOO_LONG`,
 *   `DATA_FILE_TOO_LARGE`.
 */
export async function* readLines(
  file: string,
  limits: LineLimits = DEFAULT_LINE_LIMITS,
): AsyncGenerator<{ readonly number: number; readonly text: string }> {
  const packed = await beginsAsGzip(file);
  const raw = createReadStream(file);
  const stream = packed ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => stream.destroy(error));
  let number = 0;
  let read = 0;
  let rest: Buffer = Buffer.alloc(0);
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const chunk = await nextChunk(chunks, file, number + 1);
      if (chunk === undefined) break;
      read += chunk.length;
      if (read > limits.maxFileBytes) {
        throw new UsageError(
          'DATA_FILE_TOO_LARGE',
          `${file}: got more than ${limits.maxFileBytes} bytes, expected at most that many after decompression`,
          { metadata: { file, maxFileBytes: limits.maxFileBytes }, hint: 'split the file by period' },
        );
      }
      const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let begin = 0;
      for (let end = buffer.indexOf(10); end >= 0; end = buffer.indexOf(10, begin)) {
        number++;
        checkLength(end - begin, limits, file, number);
        yield { number, text: decode(buffer, begin, end, number) };
        begin = end + 1;
      }
      checkLength(buffer.length - begin, limits, file, number + 1);
      rest = Buffer.from(buffer.subarray(begin));
    }
    if (rest.length > 0) yield { number: number + 1, text: decode(rest, 0, rest.length, number + 1) };
  } finally {
    stream.destroy();
    raw.destroy();
  }
}

async function beginsAsGzip(file: string): Promise<boolean> {
  const [first, second] = await firstBytes(file, 2);
  return first === 0x1f && second === 0x8b;
}

async function nextChunk(
  chunks: AsyncIterator<Buffer>,
  file: string,
  line: number,
): Promise<Buffer | undefined> {
  try {
    const next = await chunks.next();
    return next.done === true ? undefined : next.value;
  } catch (cause) {
    // What zlib says of input that ends before the member does.
    if (cause instanceof Error && 'code' in cause && cause.code === 'Z_BUF_ERROR') {
      throw new UsageError(
        'DATA_TRUNCATED',
        `${file}:${line}: got the end of the file inside a gzip member, expected its whole content`,
        { metadata: { file, line }, hint: 'fetch the file again; nothing was loaded', cause },
      );
    }
    throw unreadable(file, cause);
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

function decode(buffer: Buffer, begin: number, end: number, number: number): string {
  const last = end > begin && buffer[end - 1] === 13 ? end - 1 : end;
  const text = buffer.toString('utf8', begin, last);
  return number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
}
