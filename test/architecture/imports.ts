import { lineOf, maskSource } from './source.ts';

/** One mention of another module. */
export type Import = {
  /** What stands in the quotes, or undefined for a dynamic import of something computed. */
  readonly specifier: string | undefined;
  readonly line: number;
  /** `module` for imports and re-exports of every sort, `url` for `new URL('./x.ts', import.meta.url)`. */
  readonly kind: 'module' | 'url';
};

/** A file as the rules see it. Paths are relative to the root, with forward slashes. */
export type SourceFile = {
  readonly path: string;
  readonly text: string;
  readonly code: string;
  readonly imports: readonly Import[];
};

/** Reads `text` into what the rules need. */
export function parseSource(path: string, text: string): SourceFile {
  const { code, literals } = maskSource(text);
  const imports: Import[] = [];
  const add = (position: number, kind: Import['kind'], specifier: string | undefined): void => {
    imports.push({ specifier, line: lineOf(text, position), kind });
  };

  // `from` and `import` before a quote occur nowhere else in the language.
  for (const match of code.matchAll(/(?<![.\w$])(?:from|import)\s*(?=['"])/g)) {
    add(match.index, 'module', literals.get(match.index + match[0].length));
  }
  for (const match of code.matchAll(/(?<![.\w$])(?:import|require|import\.meta\.resolve)\s*\(\s*/g)) {
    const specifier = literals.get(match.index + match[0].length);
    // Modules have no `require` of their own: without a string it is a function of that name.
    if (specifier !== undefined || match[0].startsWith('import')) add(match.index, 'module', specifier);
  }
  for (const match of code.matchAll(/\bnew\s+URL\s*\(/g)) {
    const from = match.index + match[0].length;
    const to = closingBracket(code, from);
    if (!/\bimport\.meta\.url\b/.test(code.slice(from, to))) continue;
    for (const [position, literal] of literals) {
      if (position >= from && position < to && /^\.{1,2}\/.*\.[cm]?[jt]s$/.test(literal))
        add(position, 'url', literal);
    }
  }
  return { path, text, code, imports };
}

/** The path that a relative specifier in `from` names, `..` for what lies outside the root. */
function resolveRelative(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** The file that `specifier` in `from` names: relative, or by the package's own name; undefined for packages. */
export function resolveOwn(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return resolveRelative(from, specifier);
  if (specifier.startsWith('/')) return `..${specifier}`;
  const own = /^ballast\/(.+)$/.exec(specifier)?.[1];
  if (own === undefined || own === 'package.json') return undefined;
  return own === 'contracts' ? 'contracts/client/index.ts' : `${own}/index.ts`;
}

function closingBracket(code: string, from: number): number {
  let depth = 1;
  for (let i = from; i < code.length; i++) {
    if (code[i] === '(') depth++;
    else if (code[i] === ')' && --depth === 0) return i;
  }
  return code.length;
}
