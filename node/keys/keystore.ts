import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { KeystoreError } from './errors.ts';
import { createIdentity, type OperatorIdentity } from './identity.ts';
import { DEFAULT_SCRYPT_COST, sealIdentity, unsealIdentity } from './keystore-format.ts';

/** A keystore is under 1 KiB; anything much larger is another file. */
const MAX_KEYSTORE_BYTES = 16 * 1024;
const GROUP_AND_WORLD = 0o077;

export type KeystoreOptions = {
  /** scrypt's N, a power of two from 2^14 to 2^20; 2^17 unless given. */
  readonly scryptCost?: number;
};

/** Draws a fresh identity from the system's cryptographic source and saves it: {@link saveKeystore}. */
export async function createKeystore(
  path: string,
  password: string,
  options: KeystoreOptions = {},
): Promise<OperatorIdentity> {
  const identity = createIdentity((length) => Uint8Array.from(randomBytes(length)));
  await saveKeystore(identity, path, password, options);
  return identity;
}

/**
 * Writes the identity, sealed under the password, to a file of mode 0600. The file appears whole and synced or
 * not at all, and an existing file is never replaced.
 *
 * @throws KeystoreError `KEYSTORE_PASSWORD_EMPTY`, `KEYSTORE_COST`, `KEYSTORE_EXISTS`, `KEYSTORE_UNWRITABLE`.
 */
export async function saveKeystore(
  identity: OperatorIdentity,
  path: string,
  password: string,
  options: KeystoreOptions = {},
): Promise<void> {
  requirePassword(password);
  const target = resolve(path);
  const text = await sealIdentity(identity, password, options.scryptCost ?? DEFAULT_SCRYPT_COST);
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await writeSynced(temporary, text);
    // link fails where rename would replace: two writers cannot both believe that their keys were kept.
    await link(temporary, target).catch((error: unknown) => {
      throw systemCode(error) === 'EEXIST' ? exists(path) : error;
    });
    await syncFolder(dirname(target));
  } catch (error) {
    if (error instanceof KeystoreError) throw error;
    const reason = systemCode(error);
    throw new KeystoreError('KEYSTORE_UNWRITABLE', `keystore ${path} cannot be written: ${reason}`, {
      metadata: { path, reason },
    });
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/**
 * Opens a keystore.
 *
 * @throws KeystoreError `KEYSTORE_NOT_FOUND`, `KEYSTORE_PERMISSIONS` when group or others may touch the file,
 *   `KEYSTORE_MALFORMED`, `KEYSTORE_PASSWORD`, `KEYSTORE_UNREADABLE`.
 */
export async function openKeystore(path: string, password: string): Promise<OperatorIdentity> {
  requirePassword(password);
  return unsealIdentity(await readGuarded(path), password, path);
}

async function readGuarded(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    // Non-blocking, so that a pipe in the file's place cannot hold the process.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile() || status.size > MAX_KEYSTORE_BYTES) {
      throw new KeystoreError(
        'KEYSTORE_MALFORMED',
        `keystore ${path}: expected a file of at most ${MAX_KEYSTORE_BYTES} bytes`,
        { metadata: { path } },
      );
    }
    // Checked on the open file: what is checked is what is read.
    if ((status.mode & GROUP_AND_WORLD) !== 0) {
      const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
      throw new KeystoreError('KEYSTORE_PERMISSIONS', `keystore ${path} has mode ${mode}, expected 0600`, {
        metadata: { path, mode },
        hint: `chmod 600 ${path}`,
      });
    }
    return await file.readFile('utf8');
  } catch (error) {
    if (error instanceof KeystoreError) throw error;
    const reason = systemCode(error);
    if (reason === 'ENOENT') {
      throw new KeystoreError('KEYSTORE_NOT_FOUND', `keystore ${path} does not exist`, {
        metadata: { path },
        hint: 'create one first, or check the path',
      });
    }
    throw new KeystoreError('KEYSTORE_UNREADABLE', `keystore ${path} cannot be read: ${reason}`, {
      metadata: { path, reason },
    });
  } finally {
    await file?.close();
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the new name itself durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function exists(path: string): KeystoreError {
  return new KeystoreError('KEYSTORE_EXISTS', `keystore ${path} exists already, and is never replaced`, {
    metadata: { path },
    hint: 'open it, or choose another path',
  });
}

function requirePassword(password: string): void {
  if (password.length > 0) return;
  throw new KeystoreError('KEYSTORE_PASSWORD_EMPTY', 'the keystore password is empty', {
    hint: 'give a password of several words',
  });
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
