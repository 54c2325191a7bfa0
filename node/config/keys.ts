import { z } from 'zod';

/** What a value that is written as text may be meant as. */
export type ValueKind = 'text' | 'number' | 'boolean' | 'list' | 'json';

/** One key of a configuration: a value, or a group of keys that can also be given as a whole. */
export type ConfigKey = {
  /** Such as `api.port`. */
  readonly name: string;
  /** The environment variable that sets it, such as `BALLAST_API_PORT`. */
  readonly variable: string;
  readonly kinds: ReadonlySet<ValueKind>;
  /** Whether it has keys of its own below it. */
  readonly isGroup: boolean;
};

type Node = {
  readonly type?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
};

const PREFIX = 'BALLAST';

/** The variable of a key: `api.rateLimit.windowSeconds` is set by `BALLAST_API_RATE_LIMIT_WINDOW_SECONDS`. */
export function variableOf(name: string): string {
  const words = name.split('.').map((part) => part.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2'));
  return [PREFIX, ...words].join('_').toUpperCase();
}

/** Every key that a schema knows, groups before what is in them. */
export function configKeys(schema: z.ZodType): readonly ConfigKey[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
  const found = new Map<string, ConfigKey>();
  collect([root], '', found);
  return [...found.values()];
}

function collect(nodes: readonly Node[], prefix: string, found: Map<string, ConfigKey>): void {
  const members = new Map<string, Node[]>();
  for (const { properties } of nodes)
    for (const [key, node] of Object.entries(properties ?? {}))
      members.set(key, [...(members.get(key) ?? []), node]);
  for (const [key, alternatives] of members) {
    const name = `${prefix}${key}`;
    const forms = alternatives.flatMap(formsOf);
    const isGroup = forms.some(({ properties }) => properties !== undefined);
    found.set(name, { name, variable: variableOf(name), kinds: new Set(forms.map(kindOf)), isGroup });
    if (isGroup) collect(forms, `${name}.`, found);
  }
}

/** What a schema allows in its place, one form each. */
function formsOf(node: Node): readonly Node[] {
  const alternatives = node.anyOf ?? node.oneOf;
  return alternatives === undefined ? [node] : alternatives.flatMap(formsOf);
}

function kindOf({ type, items }: Node): ValueKind {
  if (type === 'boolean') return 'boolean';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'array') return items?.type === 'string' ? 'list' : 'json';
  return type === 'object' ? 'json' : 'text';
}
