import type { Encodable } from '../encoding.ts';

export type Path = readonly (string | number)[];

/** The paths of all values inside `value`, the outermost left out. */
export function pathsOf(value: Encodable, at: Path = []): Path[] {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  const children: [string | number, Encodable][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return children.flatMap(([key, child]) => [[...at, key], ...pathsOf(child, [...at, key])]);
}

export function valueAt(value: Encodable, path: Path): Encodable | undefined {
  let here: unknown = value;
  for (const step of path) here = (here as Record<string | number, unknown>)[step];
  return here as Encodable | undefined;
}

/** A copy with what stands at `path` replaced by `change` of it; undefined removes it. */
export function changedAt(value: Encodable, path: Path, change: (old: Encodable) => unknown): Encodable {
  const [step, ...rest] = path;
  if (step === undefined) return change(value) as Encodable;
  const child = (old: Encodable) => changedAt(old, rest, change);
  if (Array.isArray(value)) return value.map((item, i) => (i === step ? child(item) : item));
  return Object.fromEntries(
    Object.entries(value as { readonly [key: string]: Encodable })
      .map(([key, item]) => [key, key === step ? child(item) : item] as const)
      .filter(([, item]) => item !== undefined),
  );
}
