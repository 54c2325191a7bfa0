import { pino } from 'pino';
import { clean } from './clean.ts';
import { type Level, type LogEntry, MODULES, type Module } from './levels.ts';

export type LoggerOptions = {
  readonly level?: Level | undefined;
  readonly modules?: Readonly<{ [M in Module]?: Level | undefined }> | undefined;
};

export type Logger = { readonly log: (entry: LogEntry) => void };

/**
 * Writes entries that are loud enough as lines of JSON: `level`, `time` (UTC), `module`, `msg`, then the fields.
 *
 * @param write takes a line with its end.
 */
export function createLogger(
  { level = 'info', modules = {} }: LoggerOptions,
  write: (line: string) => void,
): Logger {
  const root = pino(
    {
      level: 'trace',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  const children = new Map(
    MODULES.map((module) => [module, root.child({ module }, { level: modules[module] ?? level })]),
  );
  return {
    log: ({ module, level: loudness, message, fields }) => {
      const child = children.get(module);
      if (child?.isLevelEnabled(loudness) !== true) return;
      child[loudness](clean(fields) as object, String(clean(message)));
    },
  };
}
