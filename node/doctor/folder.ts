import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Digest } from '../../protocol/digest.ts';
import { lockHolder, readFormat, SCHEMA } from '../data-folder/index.ts';
import { attempt } from './attempt.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const MIB = 2 ** 20;
/** A node that keeps 1,000 rounds of the default model writes some hundred MiB. */
const LEAST_FREE = 64 * MIB;
const WANTED_FREE = 1024 * MIB;

export type FolderOwner = { readonly network: Digest | undefined; readonly node: string | undefined };

/** The data folder: this node's, of this release's schema, writable, with room; and whether a node holds it. */
export async function checkFolder(
  dataDir: string,
  owner: FolderOwner,
): Promise<{ readonly findings: readonly Finding[]; readonly heldBy: number | undefined }> {
  const folder = resolve(dataDir);
  const standing = await nearestThatIs(folder);
  const unwritable = await whyUnwritable(standing);
  if (unwritable !== undefined) {
    const remedy = 'let the user that runs the node write there, or set dataDir';
    return { findings: [problem('data folder', `${standing}: ${unwritable}`, remedy)], heldBy: undefined };
  }
  const space = await checkSpace(standing);
  if (standing !== folder)
    return { findings: [ok('data folder', `${folder} will be made`), space], heldBy: undefined };
  const [format, heldBy] = await Promise.all([checkFormat(folder, owner), lockHolder(folder)]);
  return { findings: [...format, ...(await checkMode(folder)), space], heldBy };
}

async function checkFormat(folder: string, owner: FolderOwner): Promise<readonly Finding[]> {
  const read = await attempt('data folder', () => readFormat(folder));
  if ('failure' in read) return [read.failure];
  const format = read.value;
  if (format === undefined) return [ok('data folder', `${folder}: no node has run here yet`)];
  const { schema, ...known } = format;
  for (const key of ['network', 'node'] as const) {
    const expected = owner[key];
    if (expected === undefined || known[key] === expected) continue;
    const message = `${folder}: got ${key} ${known[key].slice(0, 16)}, expected ${expected.slice(0, 16)}`;
    return [problem('data folder', message, 'give each node of each network a data folder of its own')];
  }
  const schemas = `${folder}: schema ${schema}, this release writes ${SCHEMA}`;
  if (schema > SCHEMA)
    return [problem('data folder', schemas, 'run the release that wrote it, or a later one')];
  if (schema === SCHEMA) return [ok('data folder', `${folder}: schema ${schema}`)];
  return [
    warning(
      'data folder',
      schemas,
      'make a backup with ballast backup: the next start brings it up to date or refuses',
    ),
  ];
}

async function checkMode(folder: string): Promise<readonly Finding[]> {
  const { mode } = await stat(folder);
  if ((mode & 0o077) === 0) return [];
  const got = (mode & 0o777).toString(8).padStart(4, '0');
  return [warning('data folder', `${folder} has mode ${got}, expected 0700`, `chmod 700 ${folder}`)];
}

async function checkSpace(folder: string): Promise<Finding> {
  const { bavail, bsize, ffree, files } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${(free / 2 ** 30).toFixed(1)} GiB free`;
  if (free < LEAST_FREE)
    return problem('disk', `${text}, expected at least 1 GiB`, 'free space, or set dataDir to another disk');
  // A file system without a table of files says 0 of 0.
  if (files > 0 && ffree < 1_000)
    return problem('disk', `${ffree} more files fit, expected 1,000`, 'remove files');
  if (free < WANTED_FREE)
    return warning('disk', `${text}, expected at least 1 GiB`, 'free space, or run without archive');
  return ok('disk', text);
}

async function nearestThatIs(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const isThere = await stat(at).then(
      () => true,
      () => false,
    );
    if (isThere || at === dirname(at)) return at;
  }
}

async function whyUnwritable(folder: string): Promise<string | undefined> {
  if (!(await stat(folder)).isDirectory()) return 'it is no folder';
  return access(folder, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: unknown) =>
      `it cannot be written (${error instanceof Error && 'code' in error ? String(error.code) : 'no reason'})`,
  );
}
