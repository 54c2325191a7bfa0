import { z } from 'zod';
import { closestWord, UsageError } from '../../protocol/errors.ts';
import { LEVELS, type Level, MODULES, type Module } from './levels.ts';

const level = z.enum(LEVELS);
const moduleLevels = Object.fromEntries(MODULES.map((name) => [name, level.optional()])) as Record<
  Module,
  z.ZodOptional<typeof level>
>;

/** What a node's log has, and in which form. */
export const logConfigSchema = z.strictObject({
  /** `info` unless given. */
  level: level.optional(),
  /** The level of single modules, in the place of the general one. */
  modules: z.strictObject(moduleLevels).optional(),
  /** Of standard output; the file has JSON. `human` unless given. */
  format: z.enum(['human', 'json']).optional(),
  /** Whether the log is also kept in `logs/` of the data folder, 5 files of 16 MiB at most; true unless given. */
  file: z.boolean().optional(),
});

/**
 * The levels of modules as the command line has them: `network=debug,chain=debug`.
 *
 * @throws UsageError `LOG_LEVEL`.
 */
export function parseModuleLevels(text: string): Readonly<Partial<Record<Module, Level>>> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [name = '', level = '', ...more] = pair.trim().split('=');
      if (more.length > 0 || level === '')
        throw new UsageError('LOG_LEVEL', `got "${pair}", expected module=level, as in network=debug`);
      return [oneOf(MODULES, name, 'a module'), oneOf(LEVELS, level, 'a level')];
    }),
  );
}

/** @throws UsageError `LOG_LEVEL`. */
export const parseLevel = (text: string): Level => oneOf(LEVELS, text, 'a level');

function oneOf<T extends string>(known: readonly T[], text: string, what: string): T {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  const close = closestWord(text, known);
  throw new UsageError('LOG_LEVEL', `got "${text}", expected ${what}: ${known.join(', ')}`, {
    ...(close === undefined ? {} : { hint: `did you mean "${close}"?` }),
  });
}
