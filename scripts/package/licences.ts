/**
 * Licences under which a dependency may be used without asking: they want their notice kept, and nothing of the code
 * that uses them. By SPDX identifier.
 */
const PERMISSIVE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]);

/** Packages with another licence that are used all the same, and why that is no harm. */
export const ALLOWED: Readonly<Record<string, string>> = {
  'axe-core': 'MPL-2.0 binds changes to its own files; none is changed, and it runs in tests alone',
};

/** A package as it is installed; `licence` is an SPDX expression, or undefined where its manifest names none. */
export type Licensed = {
  readonly name: string;
  readonly version: string;
  readonly licence: string | undefined;
};

/** What a manifest says of its licence, in the present form (`license: "MIT"`) and the two that came before it. */
export function licenceOf(manifest: {
  readonly license?: unknown;
  readonly licenses?: unknown;
}): string | undefined {
  const named = (value: unknown): string | undefined => {
    if (typeof value === 'string') return value;
    const { type } = (value ?? {}) as { readonly type?: unknown };
    return typeof type === 'string' ? type : undefined;
  };
  if (manifest.license !== undefined) return named(manifest.license);
  if (!Array.isArray(manifest.licenses)) return undefined;
  const all = manifest.licenses.map(named);
  return all.length === 0 || all.includes(undefined) ? undefined : all.join(' OR ');
}

/**
 * Whether an SPDX expression leaves a choice of permissive licences: one side of each `OR`, both of each `AND`. What
 * it does not know, such as `GPL-3.0-only`, `SEE LICENSE IN …` or `WITH`, is not permissive.
 */
export function isPermissive(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let next = 0;
  const term = (): boolean => {
    const token = tokens[next++];
    if (token !== '(') return token !== undefined && PERMISSIVE.has(token);
    const inner = either();
    return tokens[next++] === ')' && inner;
  };
  const both = (): boolean => {
    let all = term();
    while (tokens[next] === 'AND') {
      next += 1;
      all = term() && all;
    }
    return all;
  };
  const either = (): boolean => {
    let any = both();
    while (tokens[next] === 'OR') {
      next += 1;
      any = both() || any;
    }
    return any;
  };
  return either() && next === tokens.length;
}

/** Packages with a licence that is not permissive, or with none, save those in `allowed` (a reason by name). */
export function refusedLicences(
  packages: readonly Licensed[],
  allowed: Readonly<Record<string, string>>,
): Licensed[] {
  return packages.filter(
    ({ name, licence }) => !Object.hasOwn(allowed, name) && (licence === undefined || !isPermissive(licence)),
  );
}

/** How many packages there are of each licence, the most frequent first. */
export function countLicences(packages: readonly Licensed[]): [licence: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { licence = 'none' } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}
