import { closestWord, UsageError } from '../../protocol/errors.ts';
import type { ConfigKey } from './keys.ts';
import type { Assignment } from './layers.ts';
import { parseValue } from './text-value.ts';

/**
 * Settings of the command line, each `key=value`.
 *
 * @throws UsageError `CONFIG_SETTING` for what has no such form, or names no key.
 */
export function parseSettings(
  keys: readonly ConfigKey[],
  settings: readonly string[],
): readonly Assignment[] {
  return settings.map((setting) => {
    const at = setting.indexOf('=');
    const name = setting.slice(0, Math.max(0, at));
    const key = keys.find((each) => each.name === name);
    if (key !== undefined) {
      const origin = `--set ${name}`;
      return { path: name.split('.'), value: parseValue(key, setting.slice(at + 1), origin), origin };
    }
    if (at < 1) {
      // Not quoted: who forgets the key may have written a secret.
      throw new UsageError('CONFIG_SETTING', '--set: expected key=value, such as api.port=9480');
    }
    const close = closestWord(
      name,
      keys.map((each) => each.name),
    );
    throw new UsageError('CONFIG_SETTING', `--set ${name}: unknown key`, {
      metadata: { field: name },
      hint: close === undefined ? 'ballast config keys lists them' : `did you mean "${close}"?`,
    });
  });
}
