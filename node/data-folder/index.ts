export { DataFolder, type DataFolderOptions, type DataFolderOwner } from './data-folder.ts';
export { existingDatabase } from './database.ts';
export { DataFolderError, type DataFolderErrorCode } from './errors.ts';
export { type FolderFormat, readFormat } from './format.ts';
export { MIGRATIONS, type Migration, SCHEMA } from './migrations.ts';
