import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileStandardJson } from '../../../contracts/solc/compiler.ts';

/** A node of the compiler's syntax tree; what else it holds depends on `nodeType`. */
export type Node = {
  readonly nodeType: string;
  /** `start:length:file`, in bytes. */
  readonly src: string;
  readonly [key: string]: unknown;
};

/** The syntax tree of `path`, relative to `root` (Solidity documentation, "Compiler Input and Output JSON Description"). */
export function astOf(root: string, path: string): Node {
  const input = {
    language: 'Solidity',
    sources: { [path]: { content: readFileSync(join(root, path), 'utf8') } },
    settings: { stopAfter: 'parsing', outputSelection: { '*': { '': ['ast'] } } },
  };
  const output = JSON.parse(compileStandardJson(JSON.stringify(input), root)) as {
    readonly sources?: Record<string, { readonly ast?: Node }>;
    readonly errors?: readonly { readonly formattedMessage: string }[];
  };
  const ast = output.sources?.[path]?.ast;
  if (ast === undefined)
    throw new Error(`${path}: ${output.errors?.[0]?.formattedMessage ?? 'no syntax tree'}`);
  return ast;
}

/** Where a node begins and ends. */
export function spanOf({ src }: Node): { readonly from: number; readonly to: number } {
  const [from = 0, length = 0] = src.split(':').map(Number);
  return { from, to: from + length };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value;
}

/** The node under `key`, if there is one. */
export function childOf(node: Node, key: string): Node | undefined {
  const child = node[key];
  return isNode(child) ? child : undefined;
}

/** The nodes of the list under `key`. */
export function listOf(node: Node, key: string): Node[] {
  const list = node[key];
  return Array.isArray(list) ? list.filter(isNode) : [];
}

/** Every node from `node` down, each with those above it, the nearest first. */
export function* walk(node: Node, above: readonly Node[] = []): Generator<readonly [Node, readonly Node[]]> {
  yield [node, above];
  const inside = [node, ...above];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* walk(child, inside);
    }
  }
}
