import {
  folderImports,
  type ImportGraph,
  importGraph,
  nodeFolder,
} from '../../scripts/architecture/import-graph.ts';
import type { Rule } from './rules.ts';

/** No folder inside `node` imports itself by way of others. What is told are the imports that make the circle. */
export const folderCycles: Rule = (files) => {
  const graph = importGraph(files, nodeFolder);
  return folderImports(files, nodeFolder).flatMap(({ path, line, target, from, to }) => {
    const back = shortestWay(graph, to, from);
    return back === undefined
      ? []
      : [{ path, line, what: `imports ${target}: ${[from, ...back].join(' → ')}` }];
  });
};

/** The folders from one to another, both named; undefined where none leads there. */
function shortestWay(graph: ImportGraph, from: string, to: string): readonly string[] | undefined {
  const seen = new Set([from]);
  let ways: (readonly string[])[] = [[from]];
  while (ways.length > 0) {
    const there = ways.find((way) => way.at(-1) === to);
    if (there !== undefined) return there;
    ways = ways.flatMap((way) => {
      const next = [...(graph.get(way.at(-1) ?? '') ?? [])].filter((folder) => !seen.has(folder));
      for (const folder of next) seen.add(folder);
      return next.map((folder) => [...way, folder]);
    });
  }
  return undefined;
}
