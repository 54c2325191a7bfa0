export { entryOf } from './entries.ts';
export { followLog } from './follow.ts';
export { humanLine } from './human.ts';
export { LEVELS, type Level, MODULES, type Module } from './levels.ts';
export { createLogger } from './logger.ts';
export { LOG_FILE, RotatingFile } from './rotating-file.ts';
export { roundStatus } from './status.ts';
