import { closestWord, UsageError } from '../../protocol/errors.ts';
import type { ConfigKey } from './keys.ts';
import type { Assignment } from './layers.ts';
import { parseValue } from './text-value.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'BALLAST_';

/**
 * What the environment sets, groups before their keys. An empty variable sets nothing.
 *
 * @param aliases further variables by the name of the key that they set.
 * @param others variables with the prefix that are no setting.
 * @throws UsageError `CONFIG_VARIABLE` for one that is nearly a known one, and for a key that is set twice. Any other
 *   one is passed over: container platforms make some with the prefix of a service's name.
 */
export function environmentAssignments(
  keys: readonly ConfigKey[],
  environment: Environment,
  aliases: Readonly<Record<string, string>> = {},
  others: readonly string[] = [],
): readonly Assignment[] {
  const byVariable = new Map(keys.map((key) => [key.variable, key]));
  for (const [variable, name] of Object.entries(aliases)) {
    const key = keys.find((each) => each.name === name);
    if (key !== undefined) byVariable.set(variable, key);
  }
  const found: Assignment[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || text === undefined || text.trim() === '') continue;
    const key = byVariable.get(variable);
    if (key === undefined) {
      if (!others.includes(variable)) requireFar(variable, [...byVariable.keys(), ...others]);
      continue;
    }
    const before = found.find(({ path }) => path.join('.') === key.name);
    if (before !== undefined) {
      throw new UsageError('CONFIG_VARIABLE', `${variable}: ${before.origin} sets ${key.name} too`, {
        metadata: { variable },
        hint: 'unset one of them',
      });
    }
    found.push({ path: key.name.split('.'), value: parseValue(key, text, variable), origin: variable });
  }
  return found.toSorted((a, b) => a.path.length - b.path.length);
}

function requireFar(variable: string, known: readonly string[]): void {
  const bare = (name: string) => name.slice(PREFIX.length);
  const close = closestWord(bare(variable), known.map(bare));
  if (close === undefined) return;
  throw new UsageError('CONFIG_VARIABLE', `${variable}: unknown environment variable`, {
    metadata: { variable },
    hint: `did you mean ${PREFIX}${close}?`,
  });
}
