import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { javascriptOf } from './tokens.ts';

/** The JavaScript of files under a folder, and which of them import which. */
export class ModuleGraph {
  readonly #root: string;
  readonly #sources = new Map<string, string>();
  readonly #imports = new Map<string, readonly string[]>();
  readonly #dependents = new Map<string, ReadonlySet<string>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The file without its types; `path` is relative to the root. */
  source(path: string): string {
    const known = this.#sources.get(path);
    if (known !== undefined) return known;
    const text = javascriptOf(readFileSync(join(this.#root, path), 'utf8'));
    this.#sources.set(path, text);
    return text;
  }

  /** Whether `path` is `target`, or imports it by way of whatever files. */
  dependsOn(path: string, target: string): boolean {
    return path === target || this.#reachable(path).has(target);
  }

  #reachable(path: string): ReadonlySet<string> {
    const known = this.#dependents.get(path);
    if (known !== undefined) return known;
    const reached = new Set<string>();
    const open = [path];
    for (let from = open.pop(); from !== undefined; from = open.pop()) {
      for (const to of this.#importsOf(from)) {
        if (reached.has(to)) continue;
        reached.add(to);
        open.push(to);
      }
    }
    this.#dependents.set(path, reached);
    return reached;
  }

  #importsOf(path: string): readonly string[] {
    const known = this.#imports.get(path);
    if (known !== undefined) return known;
    const found = [...this.source(path).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']*\.ts)'/g)];
    const paths = found.map(([, specifier = '']) => join(path, '..', specifier));
    this.#imports.set(path, paths);
    return paths;
  }
}
