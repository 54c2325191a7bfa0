import { randomBytes } from 'node:crypto';
import { readSecretFile, writeSecretFile } from '../files/secret-file.ts';
import { systemCode } from '../files/system-code.ts';
import { KeystoreError } from './errors.ts';
import { createIdentity, type OperatorIdentity } from './identity.ts';
import { sealIdentity, unsealIdentity } from './keystore-format.ts';
import { DEFAULT_SCRYPT_COST } from './seal.ts';

/** A keystore is under 1 KiB; anything much larger is another file. */
const MAX_KEYSTORE_BYTES = 16 * 1024;

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
  const text = await sealIdentity(identity, password, options.scryptCost ?? DEFAULT_SCRYPT_COST);
  await writeKeystoreText(path, text);
}

/**
 * Opens a keystore.
 *
 * @throws KeystoreError `KEYSTORE_NOT_FOUND`, `KEYSTORE_PERMISSIONS` when group or others may touch the file,
 *   `KEYSTORE_MALFORMED`, `KEYSTORE_PASSWORD`, `KEYSTORE_UNREADABLE`.
 */
export async function openKeystore(path: string, password: string): Promise<OperatorIdentity> {
  requirePassword(password);
  return unsealIdentity(await readKeystoreText(path), password, path);
}

/** The sealed text of a keystore file, as {@link openKeystore} would read it. */
export async function readKeystoreText(path: string): Promise<string> {
  const content = await readSecretFile(path, MAX_KEYSTORE_BYTES);
  if (Buffer.isBuffer(content)) return content.toString('utf8');
  switch (content.refusal) {
    case 'not-a-file':
      throw new KeystoreError(
        'KEYSTORE_MALFORMED',
        `keystore ${path}: expected a file of at most ${MAX_KEYSTORE_BYTES} bytes`,
        { metadata: { path } },
      );
    case 'permissions':
      throw new KeystoreError(
        'KEYSTORE_PERMISSIONS',
        `keystore ${path} has mode ${content.mode}, expected 0600`,
        { metadata: { path, mode: content.mode }, hint: `chmod 600 ${path}` },
      );
    case 'not-found':
      throw new KeystoreError('KEYSTORE_NOT_FOUND', `keystore ${path} does not exist`, {
        metadata: { path },
        hint: 'create one first, or check the path',
      });
    case 'unreadable':
      throw new KeystoreError('KEYSTORE_UNREADABLE', `keystore ${path} cannot be read: ${content.reason}`, {
        metadata: { path, reason: content.reason },
      });
  }
}

/** Writes a sealed text as a keystore file. @throws KeystoreError `KEYSTORE_EXISTS`, `KEYSTORE_UNWRITABLE`. */
export async function writeKeystoreText(path: string, text: string): Promise<void> {
  let isWritten: boolean;
  try {
    isWritten = await writeSecretFile(path, text);
  } catch (error) {
    const reason = systemCode(error);
    throw new KeystoreError('KEYSTORE_UNWRITABLE', `keystore ${path} cannot be written: ${reason}`, {
      metadata: { path, reason },
    });
  }
  if (isWritten) return;
  throw new KeystoreError('KEYSTORE_EXISTS', `keystore ${path} exists already, and is never replaced`, {
    metadata: { path },
    hint: 'open it, or choose another path',
  });
}

export function requirePassword(password: string): void {
  if (password.length > 0) return;
  throw new KeystoreError('KEYSTORE_PASSWORD_EMPTY', 'the keystore password is empty', {
    hint: 'give a password of several words',
  });
}
