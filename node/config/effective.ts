import type { ConfigKey } from './keys.ts';
import { isGroup, type Layered } from './layers.ts';
import { redacted } from './redact.ts';

/** A value that holds where nobody gave one, and where it comes from. */
export type Fallback = { readonly value: unknown; readonly origin: string };

/** What holds for one key, fit to be shown. */
export type EffectiveValue = {
  readonly key: string;
  /** Without what may be secret in it; undefined where nothing holds. */
  readonly value: unknown;
  /** A flag, a variable, a file or `default`; undefined where nothing holds. */
  readonly origin: string | undefined;
  readonly variable: string;
};

/** Every value that can be set, in the order of the schema; groups are told by what is in them. */
export function effectiveValues(
  keys: readonly ConfigKey[],
  config: unknown,
  originOf: Layered['originOf'],
  fallbacks: ReadonlyMap<string, Fallback>,
): readonly EffectiveValue[] {
  return keys
    .filter(({ isGroup: hasKeys }) => !hasKeys)
    .map(({ name, variable }) => {
      const path = name.split('.');
      const given = valueAt(config, path);
      const fallback = given === undefined ? fallbacks.get(name) : undefined;
      const value = given ?? fallback?.value;
      const origin = given === undefined ? fallback?.origin : (originOf(path) ?? 'default');
      return { key: name, value: redacted(value), origin, variable };
    });
}

function valueAt(config: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isGroup(at) ? at[key] : undefined), config);
}
