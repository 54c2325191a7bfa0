import { type Exception, PURE_NODE_FOLDERS } from './exceptions.ts';
import type { SourceFile } from './imports.ts';
import { lineOf } from './source.ts';

/** One breach of a rule, as `path:line what`. */
export type Violation = { readonly path: string; readonly line: number; readonly what: string };

export type Rule = (files: readonly SourceFile[]) => Violation[];

/** Whether `path` is one of the folders that do no I/O, its tests left out. */
export function isPure(path: string): boolean {
  if (isTest(path)) return false;
  return ['protocol/', 'privacy/', 'aggregation/', 'coordinator/', ...PURE_NODE_FOLDERS].some((folder) =>
    path.startsWith(folder),
  );
}

/** Whether `path` lies in a test folder: those may use what the machine offers. */
export function isTest(path: string): boolean {
  return /(?:^|\/)test\//.test(path);
}

/** Every match of `patterns` in the code of a file. */
function findAll(
  file: SourceFile,
  patterns: readonly { readonly pattern: RegExp; readonly what: string }[],
): Violation[] {
  return patterns.flatMap(({ pattern, what }) =>
    [...file.code.matchAll(pattern)].map((match) => ({
      path: file.path,
      line: lineOf(file.text, match.index),
      what: `${what}: ${match[0].trim()}`,
    })),
  );
}

const ALLOWED_BUILTINS = new Set(['node:crypto', 'node:buffer', 'node:util', 'node:util/types']);
const NO_MEMBER = '(?<![.\\w$])';

const IMPURE = [
  {
    what: 'reads the clock',
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?![\s(]))|(?<!new\s+)(?<![.\w$])Date\s*\(/g,
  },
  { what: 'reads the clock', pattern: /(?<![.\w$])performance\b\s*[.[?]/g },
  { what: 'draws randomness', pattern: /\bMath\s*\.\s*random\b/g },
  { what: 'draws randomness', pattern: /\b(?:getRandomValues|webcrypto)\b/g },
  { what: 'waits', pattern: new RegExp(`${NO_MEMBER}(?:setTimeout|setInterval|setImmediate)\\b`, 'g') },
  { what: 'reaches the process', pattern: new RegExp(`${NO_MEMBER}(?:process|console)\\s*[.[?]`, 'g') },
  {
    what: 'reaches the world',
    pattern: new RegExp(`${NO_MEMBER}(?:globalThis|WebSocket|EventSource|XMLHttpRequest)\\b`, 'g'),
  },
];

/** What `node:crypto` draws by itself; a collaborator that is passed in may bear the same name elsewhere. */
const RANDOM_FROM_CRYPTO = [
  {
    what: 'draws randomness',
    pattern: /\b(?:random(?:Bytes|Int|UUID|Fill|FillSync)|generate(?:Key|KeyPair|Prime)(?:Sync)?)\b/g,
  },
];
const GLOBAL_CRYPTO = [
  { what: 'uses the global crypto', pattern: new RegExp(`${NO_MEMBER}crypto\\s*[.[?]`, 'g') },
];

/** The pure folders open no socket or file, read no clock and draw no randomness. */
export const purity =
  (platformFiles: readonly Exception[]): Rule =>
  (files) =>
    files
      .filter((file) => isPure(file.path))
      .filter((file) => !platformFiles.some(({ path }) => path === file.path))
      .flatMap((file) => [
        ...findAll(file, IMPURE),
        ...findAll(
          file,
          file.imports.some(({ specifier }) => specifier === 'node:crypto')
            ? RANDOM_FROM_CRYPTO
            : GLOBAL_CRYPTO,
        ),
        ...file.imports
          .filter(({ specifier }) => specifier?.startsWith('node:') && !ALLOWED_BUILTINS.has(specifier))
          .map(({ specifier, line }) => ({ path: file.path, line, what: `imports ${specifier}` })),
      ]);

/** What IEEE 754 or integer arithmetic fixes to the bit. */
const EXACT_MATH = 'abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc';

const INEXACT = [
  {
    what: 'may differ between machines',
    pattern: new RegExp(`\\bMath\\s*\\.\\s*(?!(?:${EXACT_MATH})\\b)\\w+`, 'g'),
  },
  { what: 'hides which function of Math it calls', pattern: /\bMath\b(?!\s*\.)/g },
  { what: 'depends on the locale', pattern: /\b(?:localeCompare|toLocale\w+|Intl)\b/g },
  // Exact are powers of two and of integers (`10n ** decimals`, `x ** 2n`); anything else may be a float.
  {
    what: 'may be a power of a float',
    pattern: /(?<!(?<![\w.])(?:2|\d[\d_]*n)\s*)\*\*=?(?!\s*\d[\d_]*n\b)/g,
  },
];

/** What aggregates and certifies gives the same bits on every machine. */
export const determinism: Rule = (files) =>
  files
    .filter((file) => /^(?:aggregation|coordinator)\//.test(file.path) && !isTest(file.path))
    .flatMap((file) => findAll(file, INEXACT));

const COMMAND_LINE = [
  {
    what: 'belongs to the command line',
    pattern: new RegExp(
      `${NO_MEMBER}process\\s*\\.\\s*(?:argv|env|exit|exitCode|stdin|stdout|stderr)\\b`,
      'g',
    ),
  },
  { what: 'belongs to the command line', pattern: new RegExp(`${NO_MEMBER}console\\s*[.[?]`, 'g') },
  {
    what: 'hides what it reads of the process',
    pattern: new RegExp(`${NO_MEMBER}process\\s*(?:\\[|\\?\\.)|=\\s*process\\b(?!\\s*\\.)`, 'g'),
  },
];

/** Only the command line reads arguments and environment, prints and exits. */
export const commandLine =
  (entryFiles: readonly Exception[]): Rule =>
  (files) =>
    files
      .filter(({ path }) => !isTest(path) && !/^(?:scripts|bin|test)\/|^node\/cli\//.test(path))
      .filter((file) => !entryFiles.some(({ path }) => path === file.path))
      .flatMap((file) => findAll(file, COMMAND_LINE));

const MAX_LINES = 500;

/** No file is longer than 500 lines, save generated ones. */
export const fileLength: Rule = (files) =>
  files
    .filter(({ path, text }) => !isGenerated(path, text))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => ({ path, line: lines, what: `${lines} lines, at most ${MAX_LINES}` }));

function isGenerated(path: string, text: string): boolean {
  return /(?:^|\/)generated\//.test(path) || text.slice(0, 500).includes('@generated');
}
