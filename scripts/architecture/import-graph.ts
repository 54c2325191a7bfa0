import { resolveOwn, type SourceFile } from '../../test/architecture/imports.ts';
import { isTest } from '../../test/architecture/rules.ts';

/** Which folders import which, by name; a folder is not among those that it imports. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What the files' own imports say, tests left out.
 *
 * @param folderOf the folder that a file counts for; undefined for a file that is left out.
 */
export function importGraph(
  files: readonly SourceFile[],
  folderOf: (path: string) => string | undefined,
): ImportGraph {
  const graph = new Map<string, Set<string>>();
  for (const { path, imports } of files) {
    const from = isTest(path) ? undefined : folderOf(path);
    if (from === undefined) continue;
    const known = graph.get(from) ?? new Set();
    graph.set(from, known);
    for (const { specifier } of imports) {
      const target = specifier === undefined ? undefined : resolveOwn(path, specifier);
      const to = target === undefined ? undefined : folderOf(target);
      if (to !== undefined && to !== from) known.add(to);
    }
  }
  return graph;
}

/**
 * The folders from the top down: each stands before all that it imports, directly or not, unless they import it too.
 * Among those, the one that the fewest import comes first, and then the name decides.
 */
export function fromTheTop(graph: ImportGraph): string[] {
  const below = new Map([...graph.keys()].map((folder) => [folder, reached(graph, folder)]));
  const left = new Set([...graph.keys()].sort());
  const order: string[] = [];
  while (left.size > 0) {
    const importers = (folder: string) => [...left].filter((other) => graph.get(other)?.has(folder)).length;
    const isTop = (folder: string) =>
      [...left].every((other) => !below.get(other)?.has(folder) || below.get(folder)?.has(other));
    const [next = ''] = [...left].filter(isTop).sort((a, b) => importers(a) - importers(b));
    order.push(next);
    left.delete(next);
  }
  return order;
}

/** All that a folder imports, and what that imports in turn. */
function reached(graph: ImportGraph, from: string): Set<string> {
  const found = new Set<string>();
  const next = [from];
  for (let folder = next.pop(); folder !== undefined; folder = next.pop()) {
    for (const target of graph.get(folder) ?? []) {
      if (found.has(target)) continue;
      found.add(target);
      next.push(target);
    }
  }
  return found;
}

/** The folders of the whole project that import one another. */
export function projectFolder(path: string): string | undefined {
  if (path.startsWith('contracts/client/')) return 'contracts/client';
  const [folder = ''] = path.split('/');
  return ['protocol', 'privacy', 'aggregation', 'coordinator', 'node', 'simulations'].includes(folder)
    ? folder
    : undefined;
}

/** The folders inside `node`. */
export function nodeFolder(path: string): string | undefined {
  const [top, folder, file] = path.split('/');
  return top === 'node' && file !== undefined ? folder : undefined;
}
