/** One value of a configuration and who gave it. */
export type Assignment = {
  /** Such as `['api', 'port']`; of a group, what it replaces as a whole; empty for a file that is no group. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** A flag, a variable, or a file. */
  readonly origin: string;
};

export type Layered = {
  readonly value: unknown;
  /** Who gave a value, or all that is in a group; undefined where nobody did, or several. */
  readonly originOf: (path: readonly PropertyKey[]) => string | undefined;
};

type Leaf = { readonly value: unknown; readonly origin: string };
type Tree = Map<string, Tree | Leaf>;

/** A file's content, value by value. */
export function assignmentsOf(
  content: unknown,
  origin: string,
  path: readonly string[] = [],
): readonly Assignment[] {
  if (!isGroup(content)) return [{ path, value: content, origin }];
  const entries = Object.entries(content);
  if (entries.length === 0 && path.length > 0) return [{ path, value: content, origin }];
  return entries.flatMap(([key, value]) => assignmentsOf(value, origin, [...path, key]));
}

/** What the assignments come to, the later before the earlier. */
export function layered(assignments: readonly Assignment[]): Layered {
  const root: Tree = new Map();
  const whole = assignments.findLast(({ path }) => path.length === 0);
  for (const { path, ...leaf } of assignments) assign(root, path, leaf);
  return {
    value: whole === undefined ? plain(root) : whole.value,
    originOf: (path) => whole?.origin ?? originIn(root, path.map(String)),
  };
}

function assign(tree: Tree, [key, ...rest]: readonly string[], leaf: Leaf): void {
  if (key === undefined) return;
  if (rest.length === 0) {
    tree.set(key, leaf);
    return;
  }
  const there = tree.get(key);
  const group = there instanceof Map ? there : apart(there);
  tree.set(key, group);
  assign(group, rest, leaf);
}

/** A group that was given as a whole, so that one of its keys can be replaced. */
function apart(leaf: Leaf | undefined): Tree {
  if (leaf === undefined || !isGroup(leaf.value)) return new Map();
  return new Map(Object.entries(leaf.value).map(([key, value]) => [key, { value, origin: leaf.origin }]));
}

function plain(tree: Tree): Record<string, unknown> {
  return Object.fromEntries(
    [...tree].map(([key, node]) => [key, node instanceof Map ? plain(node) : node.value]),
  );
}

function originIn(tree: Tree, [key = '', ...rest]: readonly string[]): string | undefined {
  const node = tree.get(key);
  if (node === undefined) return undefined;
  if (!(node instanceof Map)) return has(node.value, rest) ? node.origin : undefined;
  if (rest.length > 0) return originIn(node, rest);
  const origins = new Set([...node.keys()].map((inner) => originIn(node, [inner])));
  return origins.size === 1 ? [...origins][0] : undefined;
}

function has(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? has((value as Readonly<Record<string, unknown>>)[key], rest)
    : false;
}

/** Whether a value has keys of its own. */
export function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
