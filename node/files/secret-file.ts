import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { syncFolder } from './sync-folder.ts';
import { systemCode } from './system-code.ts';

const GROUP_AND_WORLD = 0o077;

/** Why a secret file was not read. */
export type ReadRefusal =
  | { readonly refusal: 'not-found' }
  | { readonly refusal: 'not-a-file' }
  | { readonly refusal: 'permissions'; readonly mode: string }
  | { readonly refusal: 'unreadable'; readonly reason: string };

/**
 * Writes a file of mode 0600 in a folder that is made with mode 0700 where it is missing. The file appears whole and
 * synced or not at all, and an existing file is never replaced.
 *
 * @returns false where the file exists. @throws the system's error.
 */
export async function writeSecretFile(path: string, content: string | Uint8Array): Promise<boolean> {
  const target = resolve(path);
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await makeFolder(dirname(target));
    await writeSynced(temporary, content);
    // link fails where rename would replace: two writers cannot both believe that their file was kept.
    try {
      await link(temporary, target);
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    }
    await syncFolder(dirname(target));
    return true;
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Reads a file that nobody but its owner may touch, of at most `maxBytes`. */
export async function readSecretFile(path: string, maxBytes: number): Promise<Buffer | ReadRefusal> {
  let file: FileHandle | undefined;
  try {
    // Non-blocking, so that a pipe in the file's place cannot hold the process.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile() || status.size > maxBytes) return { refusal: 'not-a-file' };
    // Checked on the open file: what is checked is what is read.
    if ((status.mode & GROUP_AND_WORLD) !== 0) {
      return { refusal: 'permissions', mode: (status.mode & 0o777).toString(8).padStart(4, '0') };
    }
    return await file.readFile();
  } catch (error) {
    const reason = systemCode(error);
    return reason === 'ENOENT' ? { refusal: 'not-found' } : { refusal: 'unreadable', reason };
  } finally {
    await file?.close();
  }
}

async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
