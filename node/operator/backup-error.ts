import { UsageError } from '../../protocol/errors.ts';

export type BackupErrorCode =
  | 'BACKUP_MALFORMED'
  | 'BACKUP_DAMAGED'
  | 'BACKUP_PASSPHRASE'
  | 'BACKUP_FOREIGN'
  | 'BACKUP_UNREADABLE'
  | 'BACKUP_UNWRITABLE'
  | 'BACKUP_EXISTS'
  | 'BACKUP_NOTHING'
  | 'RESTORE_FOLDER_IN_USE'
  | 'RESTORE_WOULD_FORGET';

/** A backup that cannot be made or put back. Holds paths and names, never a passphrase or content. */
export class BackupError extends UsageError<BackupErrorCode> {}
