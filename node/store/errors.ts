import { BallastError, type ErrorDetails } from '../../protocol/errors.ts';

export type StoreErrorCode =
  | 'DATA_DIR_LOCKED'
  | 'DATA_DIR_PERMISSIONS'
  | 'DATA_DIR_UNREADABLE'
  | 'DATA_DIR_CORRUPT'
  | 'STORE_KEY_INVALID'
  | 'STORE_NAME_INVALID'
  | 'STORE_CLOSED'
  | 'STORE_FAILED'
  | 'DISK_FULL';

/** A data folder that cannot be opened, or a store that cannot do what was asked. */
export class StoreError extends BallastError<StoreErrorCode> {
  override readonly name = 'StoreError';
}

/** What an error of the level family says about itself, looking through its causes. */
function levelCodes(error: unknown): string[] {
  const codes: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at) codes.push(String(at.code));
  }
  return codes;
}

/** What LevelDB passes on of ENOSPC, EFBIG, EDQUOT and EIO: the system's words, without the number. */
const FULL = /No space left on device|File too large|Disk quota exceeded|Input\/output error/i;

/** Whether the disk, rather than what is on it, is the reason. */
export function isDiskFault(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (FULL.test(at.message) || ('code' in at && /^(ENOSPC|EFBIG|EDQUOT|EIO)$/.test(String(at.code))))
      return true;
  }
  return false;
}

/** Why a store that was open did not do what was asked. */
export function operationError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isDiskFault(error)) {
    return new StoreError('DISK_FULL', `the disk of the data folder takes no more: ${message}`, {
      cause: error,
      hint: 'free space on it, or raise the quota',
    });
  }
  return new StoreError('STORE_FAILED', `the store failed: ${message}`, {
    cause: error,
    hint: 'check the disk for free space and errors',
  });
}

/** Why a data folder did not open. */
export function openError(error: unknown, folder: string): StoreError {
  if (error instanceof StoreError) return error;
  const codes = levelCodes(error);
  const details: ErrorDetails = { metadata: { folder, reason: codes.at(-1) ?? 'unknown' }, cause: error };
  if (codes.includes('LEVEL_LOCKED')) {
    return new StoreError('DATA_DIR_LOCKED', `data folder ${folder} is in use by another process`, {
      ...details,
      hint: 'stop the node that has it; a second one needs a data folder of its own',
    });
  }
  if (codes.includes('LEVEL_CORRUPTION')) {
    return new StoreError('DATA_DIR_CORRUPT', `data folder ${folder} is damaged`, {
      ...details,
      hint: 'restore it from a backup; the privacy ledger in it must never be started afresh',
    });
  }
  if (isDiskFault(error)) return operationError(error);
  return new StoreError('DATA_DIR_UNREADABLE', `data folder ${folder} cannot be opened: ${codes.at(-1)}`, {
    ...details,
    hint: 'check that the folder and its disk belong to the user that runs the node',
  });
}
