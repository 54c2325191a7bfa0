import { UsageError } from '../../protocol/errors.ts';

export type KeystoreErrorCode =
  | 'KEYSTORE_EXISTS'
  | 'KEYSTORE_NOT_FOUND'
  | 'KEYSTORE_UNREADABLE'
  | 'KEYSTORE_UNWRITABLE'
  | 'KEYSTORE_PERMISSIONS'
  | 'KEYSTORE_MALFORMED'
  | 'KEYSTORE_COST'
  | 'KEYSTORE_PASSWORD'
  | 'KEYSTORE_PASSWORD_EMPTY';

/** A keystore file that cannot be written or opened. Holds paths and modes, never a password or a key. */
export class KeystoreError extends UsageError<KeystoreErrorCode> {}
