import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { UsageError } from '../../protocol/errors.ts';
import { parseJson } from './parse-json.ts';

/** A node's configuration has some fifty values. */
const MAX_BYTES = 256 * 1024;
/** YAML may name a part and repeat it; more than so many repetitions are no configuration. */
const MAX_ALIASES = 32;

/**
 * Reads a configuration file: YAML where it is named `.yaml` or `.yml`, else JSON.
 *
 * @throws UsageError `CONFIG_FILE`: it cannot be read, is too large, or is not what its name says.
 */
export async function readConfigText(path: string): Promise<unknown> {
  const text = await readBounded(path);
  return /^\.ya?ml$/i.test(extname(path)) ? parseYaml(text, path) : parseJson(text, path, 'CONFIG_FILE');
}

async function readBounded(path: string): Promise<string> {
  const unreadable = (cause: unknown) =>
    new UsageError('CONFIG_FILE', `${path}: got nothing, expected a readable file`, {
      cause,
      hint: 'check the path of --config',
    });
  const { size } = await stat(path).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  if (size > MAX_BYTES)
    throw new UsageError('CONFIG_FILE', `${path}: got ${size} bytes, expected at most ${MAX_BYTES}`);
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(cause);
  });
}

async function parseYaml(text: string, path: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    // Without what stands there: it may be a secret.
    const reason = problem.code.toLowerCase().replaceAll('_', ' ');
    throw new UsageError('CONFIG_FILE', `${path}:${line}:${col}: got ${reason}, expected YAML`, {
      metadata: { line, column: col },
      hint: 'indent with spaces, and quote values that hold ": " or " #"',
    });
  }
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    const expected = `at most ${MAX_ALIASES} repetitions of named parts`;
    throw new UsageError('CONFIG_FILE', `${path}: got more, expected ${expected}`, { cause });
  }
}
