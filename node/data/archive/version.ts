import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestOf } from '../../../protocol/digest.ts';
import { UsageError } from '../../../protocol/errors.ts';
import type { MarketSource } from '../source.ts';
import { countSound, digestOfPart, readSegments, type Segment, segmentsPath } from './segments.ts';

/** A file of a folder by its content. */
export type ListedFile = {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Where it was fetched from; absent of files that came otherwise. */
  readonly fetched?: {
    readonly source: string;
    readonly unit: string;
    /** Seconds since the epoch. */
    readonly from: number;
    readonly to: number;
    readonly rows: number;
    readonly gaps: number;
    readonly refused: number;
    readonly segments: number;
    /** Segments, from the first, that still have the content that they were fetched with. */
    readonly sound: number;
  };
};

/** Files of one folder, at most. */
const MAX_FILES = 10_000;

/**
 * The market files (`.csv`, `.csv.gz`, `.parquet`) under a folder, by name.
 *
 * @throws UsageError `DATA_FOLDER`, `ARCHIVE_MALFORMED`.
 */
export async function* listFolder(folder: string, signal?: AbortSignal): AsyncGenerator<ListedFile> {
  for (const file of await namesOf(folder)) {
    signal?.throwIfAborted();
    const sha256 = await digestOfPart(file);
    if (sha256 === undefined) continue;
    const listed = file.endsWith('.csv') ? await readSegments(segmentsPath(file)) : undefined;
    const { size } = await stat(file);
    const base = { file, bytes: size, sha256 };
    yield listed === undefined ? base : { ...base, ...(await fetchedOf(file, listed.segments)) };
  }
}

/**
 * The exact input of a training run in one digest: what a source says, and the content of the files that it names, under
 * whatever names they have. Equal digests mean equal data.
 *
 * @throws UsageError `DATA_FILE_UNREADABLE`.
 */
export async function versionOfSource(source: MarketSource): Promise<Digest> {
  if (source.kind === 'generator') return digestOf(DOMAIN, given(source));
  const { file, peers = [], ...rest } = source;
  const content = await contentOf(file);
  const others = (await Promise.all(peers.map(contentOf))).toSorted();
  return digestOf(DOMAIN, { ...given(rest), content, peers: others });
}

/** What a run reads of several sources, such as a coin, an asset and the public market, in that order. */
export async function versionOfSources(sources: readonly MarketSource[]): Promise<Digest> {
  return digestOf(DOMAIN, await Promise.all(sources.map(versionOfSource)));
}

const DOMAIN = 'ballast/data-version';

/** The fields that are there. */
function given(
  fields: Readonly<Record<string, string | number | undefined>>,
): Record<string, string | number> {
  const there = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(there);
}

async function contentOf(file: string): Promise<string> {
  const sha256 = await digestOfPart(file);
  if (sha256 !== undefined) return sha256;
  throw new UsageError('DATA_FILE_UNREADABLE', `${file}: got nothing, expected a readable file`, {
    metadata: { file },
    hint: 'check the path',
  });
}

async function fetchedOf(file: string, segments: readonly Segment[]) {
  const [first, last] = [segments[0], segments.at(-1)];
  if (first === undefined || last === undefined) return {};
  const sum = (count: (segment: Segment) => number) =>
    segments.reduce((total, each) => total + count(each), 0);
  return {
    fetched: {
      source: first.source,
      unit: first.unit,
      from: first.from,
      to: last.to,
      rows: sum(({ rows }) => rows),
      gaps: sum(({ gapCount }) => gapCount),
      refused: sum(({ refused }) => refused),
      segments: segments.length,
      sound: await countSound(file, segments),
    },
  };
}

async function namesOf(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder, { recursive: true });
  } catch (cause) {
    throw new UsageError('DATA_FOLDER', `${folder}: expected a folder of market files`, {
      metadata: { folder },
      hint: 'check the path',
      cause,
    });
  }
  const files = names.filter((name) => /\.(csv(\.gz)?|parquet)$/.test(name)).sort();
  if (files.length <= MAX_FILES) return files.map((name) => join(folder, name));
  throw new UsageError('DATA_FOLDER', `${folder}: got ${files.length} files, expected at most ${MAX_FILES}`);
}
