import { join } from 'node:path';
import { z } from 'zod';
import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { readIfThere, writeAtomic } from '../files/atomic-file.ts';
import { DataFolderError } from './errors.ts';

/** Whose folder it is and how it is laid out. */
export type FolderFormat = {
  readonly schema: number;
  readonly network: Digest;
  readonly node: NodeId;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
};

const schema = z.object({
  schema: z.int().min(1),
  network: z.string(),
  node: z.string(),
  createdAt: z.string(),
});

const pathOf = (folder: string) => join(folder, 'format.json');

/**
 * @returns undefined for a folder without one: it is new, or of the release before folders had one.
 * @throws DataFolderError `DATA_FOLDER_DAMAGED`.
 */
export async function readFormat(folder: string): Promise<FolderFormat | undefined> {
  const text = await readIfThere(pathOf(folder));
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DataFolderError(
      'DATA_FOLDER_DAMAGED',
      `${pathOf(folder)}: got something else than a folder's format`,
      {
        metadata: { folder },
        hint: 'restore the data folder from its newest backup',
        cause,
      },
    );
  }
}

export const writeFormat = (folder: string, format: FolderFormat): Promise<void> =>
  writeAtomic(pathOf(folder), `${JSON.stringify(format, null, 2)}\n`);
