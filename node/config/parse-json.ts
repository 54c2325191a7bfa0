import { UsageError } from '../../protocol/errors.ts';

/** @throws UsageError of the code: the text of the file at `path` is no JSON. */
export function parseJson(text: string, path: string, code: 'CONFIG_FILE' | 'NETWORK_FILE'): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser quotes the file, line ends and all.
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : 'no JSON';
    throw new UsageError(code, `${path}: got ${reason}, expected JSON`, { cause });
  }
}
