import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../protocol/errors.ts';

/**
 * Where the database in a node's data folder lies. Nothing is made for a mistyped folder.
 *
 * @throws UsageError `DATA_DIR` where no node has run.
 */
export async function existingDatabase(dataDir: string): Promise<string> {
  const database = join(dataDir, 'db');
  await access(join(database, 'CURRENT')).catch((cause: unknown) => {
    throw new UsageError('DATA_DIR', `data folder ${dataDir}: got no database, expected a node's`, {
      metadata: { dataDir },
      hint: 'the node has not run yet, or give the folder that ballast init made with --folder',
      cause,
    });
  });
  return database;
}
