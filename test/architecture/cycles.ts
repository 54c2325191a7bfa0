import { resolveOwn, type SourceFile } from './imports.ts';
import type { Rule, Violation } from './rules.ts';

/** No file imports itself by way of others. Types count: a cycle of types is one idea in two files. */
export const cycles: Rule = (files) => {
  const graph = new Map(files.map((file) => [file.path, targetsOf(file)]));
  const finished = new Set<string>();
  const trail: string[] = [];
  const found: Violation[] = [];

  const visit = (path: string): void => {
    if (finished.has(path)) return;
    const start = trail.indexOf(path);
    if (start !== -1) {
      const loop = [...trail.slice(start), path];
      found.push({ path, line: 1, what: `imports itself: ${loop.join(' → ')}` });
      return;
    }
    trail.push(path);
    for (const target of graph.get(path) ?? []) if (graph.has(target)) visit(target);
    trail.pop();
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return found;
};

function targetsOf(file: SourceFile): Set<string> {
  const own = file.imports
    .filter(({ kind }) => kind === 'module')
    .map(({ specifier }) => (specifier === undefined ? undefined : resolveOwn(file.path, specifier)));
  return new Set(own.filter((path) => path !== undefined));
}
