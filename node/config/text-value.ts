import { UsageError } from '../../protocol/errors.ts';
import type { ConfigKey } from './keys.ts';

/**
 * A value that was written as text, on the command line or in the environment, as the key's schema wants it. A list
 * is separated by commas; a group is JSON. What no number is stays text, so that the schema names what it expects.
 *
 * @param from names where it was written, in errors.
 * @throws UsageError `CONFIG_FIELD` for what is no JSON where only JSON fits.
 */
export function parseValue({ kinds }: ConfigKey, text: string, from: string): unknown {
  const trimmed = text.trim();
  if (kinds.has('boolean') && /^(true|false)$/i.test(trimmed)) return /^true$/i.test(trimmed);
  if (kinds.has('number') && trimmed !== '' && Number.isFinite(Number(trimmed))) return Number(trimmed);
  if (kinds.has('list') && (trimmed.includes(',') || !kinds.has('text')))
    return trimmed.split(',').map((item) => item.trim());
  if (!kinds.has('json') || kinds.has('text')) return trimmed;
  try {
    return JSON.parse(trimmed);
  } catch (cause) {
    // What was written is not quoted: a group may hold a URL with a key.
    throw new UsageError('CONFIG_FIELD', `${from}: got something else, expected JSON`, {
      metadata: { field: from },
      cause,
    });
  }
}
