import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../protocol/errors.ts';

export type LogPlace = {
  readonly file: string;
  /** How many of the last lines come first. */
  readonly lines: number;
  /** Goes on with what is written later, into the next file too. */
  readonly follow: boolean;
};

/** As much of the end is read for the last lines. */
const TAIL_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const POLL_MS = 200;

/**
 * The last lines of a log, and those that follow.
 *
 * @throws UsageError `LOG_FILE` where there is none.
 */
export async function* followLog(
  { file, lines, follow }: LogPlace,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let handle = await opened(file);
  try {
    const { size } = await handle.stat();
    let position = Math.max(0, size - TAIL_BYTES);
    let rest = '';
    const first: string[] = [];
    for await (const text of chunks(handle, position)) {
      position += Buffer.byteLength(text, 'latin1');
      const split = (rest + text).split('\n');
      rest = split.pop() ?? '';
      first.push(...split);
      if (first.length > lines) first.splice(0, first.length - lines);
    }
    if (lines > 0) yield* first.map(decode);
    while (follow && !signal.aborted) {
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
      // Asked first: what was written until then is in the file that is open, and is read before it is left.
      const next = await replacement(file, handle);
      for await (const text of chunks(handle, position)) {
        position += Buffer.byteLength(text, 'latin1');
        const split = (rest + text).slice(-TAIL_BYTES).split('\n');
        rest = split.pop() ?? '';
        yield* split.map(decode);
      }
      if (next === undefined) continue;
      await handle.close();
      handle = next;
      position = 0;
    }
  } finally {
    await handle.close();
  }
}

/** Bytes as characters, so that a letter of several bytes may lie across two chunks. */
async function* chunks(handle: FileHandle, from: number): AsyncGenerator<string, void> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let position = from; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.toString('latin1', 0, bytesRead);
  }
}

const decode = (line: string): string => Buffer.from(line, 'latin1').toString('utf8');

async function opened(file: string): Promise<FileHandle> {
  return open(file, 'r').catch((cause: unknown) => {
    throw new UsageError('LOG_FILE', `${file}: got nothing, expected a node’s log`, {
      cause,
      hint: 'give the node’s folder with --folder, or the file with --file; log.file: false keeps none',
    });
  });
}

/** The file that has taken the place of the one that is open, where one has. */
async function replacement(file: string, handle: FileHandle): Promise<FileHandle | undefined> {
  const next = await open(file, 'r').catch(() => undefined);
  if (next === undefined) return undefined;
  const [{ ino }, { ino: known }] = await Promise.all([next.stat(), handle.stat()]);
  if (ino !== known) return next;
  await next.close();
  return undefined;
}
