/** From what must be seen to what is told step by step. */
export const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type Level = (typeof LEVELS)[number];

/** The parts of a node whose lines have a level of their own. */
export const MODULES = [
  'node',
  'round',
  'training',
  'privacy',
  'model',
  'network',
  'chain',
  'governance',
  'api',
] as const;
export type Module = (typeof MODULES)[number];

export type LogEntry = {
  readonly module: Module;
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};
