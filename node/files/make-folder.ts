import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './system-code.ts';

/**
 * Makes a folder of mode 0700, and those above it, unless it is there.
 *
 * Step by step: the recursive call of the platform never ends where a file system takes no folders, as /proc.
 *
 * @returns whether it was made.
 * @throws what the platform throws, such as `EACCES`.
 */
export async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const reason = systemCode(error);
    if (reason === 'EEXIST' && (await stat(path)).isDirectory()) return false;
    if (reason !== 'ENOENT' || existsSync(dirname(path))) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
  return true;
}
