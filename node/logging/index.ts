export { type LogConfig, logConfigSchema, parseLevel, parseModuleLevels } from './config.ts';
export { entryOf } from './entries.ts';
export { followLog, type LogPlace } from './follow.ts';
export { humanLine } from './human.ts';
export { LEVELS, type Level, type LogEntry, MODULES, type Module } from './levels.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { LOG_FILE, RotatingFile } from './rotating-file.ts';
export { roundStatus } from './status.ts';
