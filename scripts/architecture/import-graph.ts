import { resolveOwn, type SourceFile } from '../../test/architecture/imports.ts';
import { isTest } from '../../test/architecture/rules.ts';

/** Which folders import which, by name; a folder is not among those that it imports. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** One import that leaves the folder of its file. */
type FolderImport = {
  readonly path: string;
  readonly line: number;
  /** The file that is imported. */
  readonly target: string;
  readonly from: string;
  readonly to: string;
};

/** The folder that a file counts for; undefined for a file that is left out. */
type FolderOf = (path: string) => string | undefined;

/** What the files' own imports say, tests left out. */
export function importGraph(files: readonly SourceFile[], folderOf: FolderOf): ImportGraph {
  const graph = new Map<string, Set<string>>();
  for (const { path } of files) {
    const folder = isTest(path) ? undefined : folderOf(path);
    if (folder !== undefined) graph.set(folder, graph.get(folder) ?? new Set());
  }
  for (const { from, to } of folderImports(files, folderOf)) graph.get(from)?.add(to);
  return graph;
}

/** The imports that the graph is made of. */
export function folderImports(files: readonly SourceFile[], folderOf: FolderOf): readonly FolderImport[] {
  return files.flatMap(({ path, imports }) => {
    const from = isTest(path) ? undefined : folderOf(path);
    if (from === undefined) return [];
    return imports.flatMap(({ specifier, line }) => {
      const target = specifier === undefined ? undefined : resolveOwn(path, specifier);
      const to = target === undefined ? undefined : folderOf(target);
      return target === undefined || to === undefined || to === from
        ? []
        : [{ path, line, target, from, to }];
    });
  });
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
