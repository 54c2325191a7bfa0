import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { closestWord, UsageError } from '../../protocol/errors.ts';
import { firstIssue } from '../../protocol/schema.ts';
import { readConfigText } from './config-text.ts';
import { type Environment, environmentAssignments } from './environment.ts';
import { type Assignment, assignmentsOf, type Layered, layered } from './layers.ts';
import { located } from './located.ts';
import { type NodeConfig, nodeConfigKeys, nodeConfigSchema, VARIABLE_ALIASES } from './node-config.ts';
import { redacted } from './redact.ts';
import { parseSettings } from './settings.ts';

/** Characters of a wrong value in its error. */
const LONGEST_SHOWN = 80;

/** Variables that are no setting of a node. */
const OTHER_VARIABLES = [
  'BALLAST_PASSPHRASE',
  'BALLAST_PASSPHRASE_FILE',
  'BALLAST_STAKE_PASSPHRASE',
  'BALLAST_STAKE_PASSPHRASE_FILE',
];

/** What is given beside a configuration's file, and comes before what is in it. */
export type ConfigBeside = {
  /** Flags, before everything. */
  readonly flags?: readonly Assignment[];
  /** `key=value` each, as the command line's `--set` has them. */
  readonly settings?: readonly string[];
  readonly environment?: Environment;
};

export type LayeredConfig = {
  readonly config: NodeConfig;
  /** The flag, variable or file that gave a value; undefined for a default. */
  readonly originOf: Layered['originOf'];
};

/**
 * Reads a configuration, JSON or YAML by its file's name. Relative paths start at the file's own folder, wherever the
 * node is started from and whoever gave them.
 *
 * @throws UsageError `CONFIG_FILE`, `CONFIG_SETTING`, `CONFIG_VARIABLE` or `CONFIG_FIELD`: the field, what was expected
 *   and, for an unknown key, the nearest known one.
 */
export async function readNodeConfig(path: string, beside: ConfigBeside = {}): Promise<NodeConfig> {
  return (await readLayeredConfig(path, beside)).config;
}

/** As {@link readNodeConfig}, and who gave which value. */
export async function readLayeredConfig(path: string, beside: ConfigBeside = {}): Promise<LayeredConfig> {
  const keys = nodeConfigKeys();
  const { value, originOf } = layered([
    ...assignmentsOf(await readConfigText(path), path),
    ...environmentAssignments(keys, beside.environment ?? {}, VARIABLE_ALIASES, OTHER_VARIABLES),
    ...parseSettings(keys, beside.settings ?? []),
    ...(beside.flags ?? []),
  ]);
  const parsed = nodeConfigSchema.safeParse(value);
  if (parsed.success) return { config: located(parsed.data, dirname(resolve(path))), originOf };
  throw refusal(parsed.error, value, (field) => whereOf(originOf(field), path));
}

/** A file is named with the field that is wrong in it; a variable or a flag is a field's name already. */
const whereOf = (origin: string | undefined, path: string) =>
  origin === undefined || origin === path
    ? (field: string) => `${path}: ${field}`
    : (field: string) => (origin.endsWith(field) ? origin : `${origin} (${field})`);

function refusal(
  error: z.ZodError,
  given: unknown,
  where: (path: readonly PropertyKey[]) => (field: string) => string,
): UsageError {
  // A misspelt key is also a missing one: the misspelling is what helps.
  const unknown = error.issues.find(({ code }) => code === 'unrecognized_keys');
  if (unknown?.code === 'unrecognized_keys') {
    const key = unknown.keys[0] ?? '';
    const path = [...unknown.path, key];
    const field = path.join('.');
    const close = closestWord(key, namesWithin(unknown.path.join('.')));
    return new UsageError('CONFIG_FIELD', `${where(path)(field)}: unknown key`, {
      metadata: { field },
      hint: close === undefined ? 'ballast config keys lists them' : `did you mean "${close}"?`,
    });
  }
  const { field, expectation } = firstIssue(error);
  const path = error.issues[0]?.path ?? [];
  const complaint = complaintOf(valueAt(given, path), expectation);
  return new UsageError('CONFIG_FIELD', `${where(path)(field)}: ${complaint}`, { metadata: { field } });
}

/** What the schema says by itself names a type at most; what was given says more. */
function complaintOf(given: unknown, expectation: string): string {
  const expected = /^[A-Z][a-z ]+: (expected .+?)(?:, received \w+)?$/.exec(expectation)?.[1];
  if (expected === undefined || (typeof given === 'object' && given !== null)) return expectation;
  const shown = given === undefined ? 'nothing' : JSON.stringify(redacted(given));
  return `got ${shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}…` : shown}, ${expected}`;
}

const valueAt = (whole: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], whole);

/** The keys of a group, by their last names. */
function namesWithin(group: string): readonly string[] {
  const prefix = group === '' ? '' : `${group}.`;
  return nodeConfigKeys()
    .filter(({ name }) => name.startsWith(prefix) && !name.slice(prefix.length).includes('.'))
    .map(({ name }) => name.slice(prefix.length));
}
