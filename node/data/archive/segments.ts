import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from '../../../protocol/errors.ts';
import { systemCode } from '../../files/system-code.ts';
import type { ArchiveFormat } from './layout.ts';

/** One piece of a fetched file: what it covers, what is in it and what is not. */
export type Segment = z.infer<typeof segmentSchema>;

const whole = z.int().nonnegative();
const segmentSchema = z.strictObject({
  source: z.string().min(1).max(200),
  unit: z.string().max(40),
  format: z.enum(['candles-1h', 'candles-1m', 'chainlink'] as const satisfies readonly ArchiveFormat[]),
  /** Seconds since the epoch that it accounts for. */
  from: z.number(),
  to: z.number(),
  rows: whole,
  /** Where it begins and ends in the file, bytes; the header belongs to the first. */
  begin: whole,
  end: whole,
  /** SHA-256 of those bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Its declared gaps, the first 100, and how many there are. */
  gaps: z.array(z.strictObject({ from: z.number(), to: z.number(), reason: z.string().max(20) })).max(100),
  gapCount: whole,
  refused: whole,
  /** Where the next segment goes on from. */
  lastClose: z.number().positive().optional(),
});

/** Segments of one file, at most. */
const MAX_SEGMENTS = 100_000;
/** Bytes of the list, at most. */
const MAX_LIST_BYTES = 256 * 2 ** 20;
const SEGMENTS_SUFFIX = '.segments.jsonl';

/** Where a file's segments are listed: beside it, a line of JSON each. */
export const segmentsPath = (file: string): string => `${file.replace(/\.csv$/, '')}${SEGMENTS_SUFFIX}`;

/**
 * The segments that a list names, and the byte of the list at which each one's line ends. A last line without an end was being written when
 * its writer died, and is none.
 *
 * @returns undefined where there is no list.
 * @throws UsageError `ARCHIVE_MALFORMED` for any other line that is none.
 */
export async function readSegments(
  path: string,
): Promise<{ readonly segments: readonly Segment[]; readonly ends: readonly number[] } | undefined> {
  const text = await textIfThere(path);
  if (text === undefined) return undefined;
  const lines = text.split('\n').slice(0, -1);
  const malformed = (line: number, expected: string) =>
    new UsageError('ARCHIVE_MALFORMED', `${path}:${line}: expected ${expected}`, {
      metadata: { path, line },
      hint: 'remove the file and fetch again',
    });
  if (lines.length > MAX_SEGMENTS) throw malformed(MAX_SEGMENTS, `at most ${MAX_SEGMENTS} segments`);
  const segments = lines.map((line, i) => {
    const parsed = segmentSchema.safeParse(jsonOf(line));
    const follows = parsed.success && parsed.data.end >= parsed.data.begin;
    if (!follows) throw malformed(i + 1, 'a segment');
    return parsed.data;
  });
  for (const [i, segment] of segments.entries()) {
    const before = segments[i - 1];
    const isNext = before === undefined ? segment.begin === 0 : segment.begin === before.end;
    if (!isNext) throw malformed(i + 1, 'a segment that begins where the one before ends');
  }
  let end = 0;
  const ends = lines.map((line) => {
    end += Buffer.byteLength(line) + 1;
    return end;
  });
  return { segments, ends };
}

/** How many of a file's segments, from the first, still have the content that they were written with. */
export async function countSound(file: string, segments: readonly Segment[]): Promise<number> {
  let sound = 0;
  for (const { begin, end, sha256 } of segments) {
    if ((await digestOfPart(file, begin, end)) !== sha256) break;
    sound++;
  }
  return sound;
}

/** SHA-256 of a file, or of a part of it; undefined where it is too short, or not there. */
export async function digestOfPart(file: string, begin = 0, end?: number): Promise<string | undefined> {
  if (end !== undefined && end <= begin) return undefined;
  const hash = createHash('sha256');
  let read = 0;
  try {
    const last = end === undefined ? {} : { end: end - 1 };
    for await (const chunk of createReadStream(file, { start: begin, ...last })) {
      hash.update(chunk as Buffer);
      read += (chunk as Buffer).length;
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return end === undefined || read === end - begin ? hash.digest('hex') : undefined;
}

async function textIfThere(path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= MAX_LIST_BYTES) return bytes.toString('utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  throw new UsageError('ARCHIVE_MALFORMED', `${path}: expected at most ${MAX_LIST_BYTES} bytes`);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
