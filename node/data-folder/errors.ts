import { UsageError } from '../../protocol/errors.ts';

export type DataFolderErrorCode =
  | 'DATA_FOLDER_LOCKED'
  | 'DATA_FOLDER_FOREIGN'
  | 'DATA_FOLDER_NEWER'
  | 'DATA_FOLDER_OUTDATED'
  | 'DATA_FOLDER_DAMAGED'
  | 'DATA_FOLDER_UNWRITABLE';

/** A data folder that this node must not use as it is. */
export class DataFolderError extends UsageError<DataFolderErrorCode> {}
