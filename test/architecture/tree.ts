import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSource, type SourceFile } from './imports.ts';

/** The folders that the rules speak of. */
const FOLDERS = [
  'protocol',
  'privacy',
  'aggregation',
  'coordinator',
  'contracts',
  'node',
  'simulations',
  'scripts',
  'bin',
  'test',
];

/** What forge and npm leave there. */
const BUILT = new Set(['out', 'cache', 'node_modules']);

/** Every TypeScript, JavaScript and Solidity file of the project; of the last the length alone is known. */
export function readTree(root: string): SourceFile[] {
  return FOLDERS.flatMap((folder) =>
    globSync(`${folder}/**/*.{ts,js,sol}`, { cwd: root, exclude: (name) => BUILT.has(name) }),
  )
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      if (path.endsWith('.sol')) return { path, text, code: '', imports: [] };
      try {
        return parseSource(path, text);
      } catch (error) {
        throw new Error(`${path} cannot be read as source`, { cause: error });
      }
    });
}
