import { type Exception, PURE_NODE_FOLDERS } from './exceptions.ts';
import { resolveOwn } from './imports.ts';
import { isPure, isTest, type Rule } from './rules.ts';

/** From the bottom up; each may import itself and what stands before it. */
const ORDER = ['protocol', 'privacy', 'aggregation', 'coordinator', 'node', 'simulations'];

/** What stands above every folder and is imported by none of them. */
const ABOVE = new Set(['scripts', 'bin', 'test']);

/** Packages that open sockets or files, print, or read arguments. */
const WORLDLY_PACKAGES =
  /^(?:libp2p|@libp2p\/(?!crypto|interface|peer-id)|level$|classic-level|commander|fastify|@fastify\/|pino|prom-client|ws$|@foundry-rs\/|node-fetch)/;

/** Imports run only downwards, and pure folders import no package that does I/O. */
export const direction =
  (computed: readonly Exception[]): Rule =>
  (files) =>
    files.flatMap((file) =>
      file.imports.flatMap(({ specifier, line }) => {
        const isExcepted = specifier === undefined && computed.some(({ path }) => path === file.path);
        const what = isExcepted ? undefined : breach(file.path, specifier);
        return what === undefined ? [] : [{ path: file.path, line, what }];
      }),
    );

function breach(from: string, specifier: string | undefined): string | undefined {
  const source = folderOf(from);
  if (ABOVE.has(source)) return undefined;
  if (specifier === undefined) {
    return isTest(from) ? undefined : 'imports something computed, which nobody can check';
  }
  const to = resolveOwn(from, specifier);
  if (to === undefined) {
    return isPure(from) && WORLDLY_PACKAGES.test(specifier)
      ? `imports ${specifier}, which does I/O`
      : undefined;
  }
  const target = folderOf(to);
  if (to.startsWith('..')) return `imports ${specifier}, outside the project`;
  if (isTest(to) && !isTest(from)) return `imports the test ${to}`;
  if (ABOVE.has(target)) return isTest(from) ? undefined : `imports ${to}, which stands above`;
  if (source === target) return source === 'node' ? breachWithinNode(from, to) : undefined;
  if (source === 'contracts')
    return target === 'protocol' ? undefined : `imports ${to}: contracts may import protocol alone`;
  if (target === 'contracts') {
    const mayUseClient = source === 'node' || source === 'simulations';
    return mayUseClient && to.startsWith('contracts/client/') ? undefined : `imports ${to}`;
  }
  return isBelow(target, source) ? undefined : `imports ${to}: ${source} may not import ${target}`;
}

function isBelow(target: string, source: string): boolean {
  return ORDER.includes(target) && ORDER.indexOf(target) < ORDER.indexOf(source);
}

/** A researcher uses the pure folders of `node` without loading the rest. */
function breachWithinNode(from: string, to: string): string | undefined {
  const isInside = (path: string): boolean => PURE_NODE_FOLDERS.some((folder) => path.startsWith(folder));
  return isInside(from) && !isInside(to)
    ? `imports ${to}: pure folders of node import nothing else of it`
    : undefined;
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? path;
}
