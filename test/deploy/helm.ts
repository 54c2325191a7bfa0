import { globSync } from 'node:fs';
import { parseAllDocuments, stringify } from 'yaml';
import { textOf, yamlOf } from './files.ts';

const CHART = 'deploy/helm/ballast';

type Scope = Readonly<Record<string, unknown>>;

/**
 * The chart's templates filled in, as parsed documents by their kind. It knows what they use and refuses anything
 * else: values, `quote`, `default`, `toYaml … | nindent n`, and `if` around a whole file.
 *
 * @param values in the place of the chart's, by their first key.
 */
export function renderChart(values: Scope = {}): ReadonlyMap<string, readonly Scope[]> {
  const chart = yamlOf(`${CHART}/Chart.yaml`) as Scope;
  const scope = {
    Values: { ...(yamlOf(`${CHART}/values.yaml`) as Scope), ...values },
    Release: { Name: 'mine' },
    Chart: { AppVersion: chart.appVersion },
  };
  const kinds = new Map<string, Scope[]>();
  for (const text of templates()) {
    const filled = fill(text, scope);
    for (const document of parseAllDocuments(filled)) {
      if (document.errors.length > 0) throw document.errors[0];
      const content = document.toJS() as Scope | null;
      if (content === null) continue;
      const kind = String(content.kind);
      kinds.set(kind, [...(kinds.get(kind) ?? []), content]);
    }
  }
  return kinds;
}

/** The values that the templates name, such as `image.tag`. */
export const valuesUsed = (): ReadonlySet<string> =>
  new Set(
    templates().flatMap((text) => [...text.matchAll(/\.Values\.([\w.]+)/g)].map(([, name = '']) => name)),
  );

const templates = (): readonly string[] =>
  globSync(`${CHART}/templates/*.yaml`, { cwd: new URL('../..', import.meta.url) })
    .toSorted()
    .map(textOf);

function fill(text: string, scope: Scope): string {
  const whole = /^\{\{- if (\S+) \}\}\n([\s\S]*)\{\{- end \}\}\n$/.exec(text);
  if (whole !== null) return lookup(whole[1] ?? '', scope) === true ? fill(whole[2] ?? '', scope) : '';
  return text.replaceAll(
    /[^\S\n]*(\n?)[^\S\n]*\{\{- (.+?) \}\}|\{\{ (.+?) \}\}/g,
    (_all, _line, trimmed, plain) => pipeline(trimmed ?? plain, scope),
  );
}

function pipeline(expression: string, scope: Scope): string {
  const [head = '', ...filters] = expression.split('|').map((part) => part.trim());
  const [name, argument = ''] = head.split(' ');
  let value: unknown =
    name === 'toYaml'
      ? stringify(lookup(argument, scope), { aliasDuplicateObjects: false }).trimEnd()
      : lookup(head, scope);
  for (const filter of filters) {
    const [word, given = ''] = filter.split(' ');
    if (word === 'default') value = value === '' || value === undefined ? lookup(given, scope) : value;
    else if (word === 'nindent') value = `\n${String(value).replaceAll(/^/gm, ' '.repeat(Number(given)))}`;
    else throw new Error(`the chart uses ${filter}, which this renderer does not know`);
  }
  if (value === undefined || typeof value === 'object') throw new Error(`${expression} is no text`);
  return String(value);
}

function lookup(path: string, scope: Scope): unknown {
  if (!/^(\.\w+)+$/.test(path)) throw new Error(`the chart uses ${path}, which this renderer does not know`);
  return path
    .slice(1)
    .split('.')
    .reduce<unknown>((at, key) => (at as Scope | undefined)?.[key], scope);
}
