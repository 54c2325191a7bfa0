export { DataFolder } from './data-folder.ts';
export { existingDatabase } from './database.ts';
export { readFormat } from './format.ts';
export { lockHolder } from './lock.ts';
export { type Migration, SCHEMA } from './migrations.ts';
