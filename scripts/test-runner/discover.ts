import { globSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', '.toolchain', '.git', '.ballast']);

const LARGE: readonly string[] = ['node', 'simulations'];
const SLOWEST_FIRST = ['contracts', 'simulations', 'node/network', 'protocol', ''] as const;
/**
 * Files with a minute of computing or more, by the group that they form: a process of its own, so that the others of
 * their folder need not wait for it. The two of forge read what it compiled once.
 */
const HEAVY: ReadonlyMap<string, string> = new Map([
  ['contracts/test/forge.test.ts', 'contracts/forge'],
  ['contracts/test/generated.test.ts', 'contracts/forge'],
  ['simulations/test/learning.test.ts', 'simulations/test/learning.test.ts'],
]);
/** End-to-end files whose limits are far from what they take: one after the other. */
const PATIENT: readonly string[] = [
  'simulations/test/e2e/kill.test.ts',
  'node/test/e2e/signals.test.ts',
  'node/test/e2e/operator.test.ts',
  'node/test/e2e/bad-input.test.ts',
  'test/e2e/build.test.ts',
];
/** End-to-end files whose rounds have deadlines, and that compute little: one after the other, before all else. */
const PUNCTUAL: readonly string[] = ['simulations/test/e2e/kill-leader.test.ts'];
/** Those whose limits are nearer what they take: two of them at a time, and nothing else. */
const PAIRED: readonly string[] = [
  'simulations/test/e2e/kill-nodes.test.ts',
  'node/test/e2e/faults.test.ts',
  'node/test/e2e/hostile-peer.test.ts',
  'simulations/test/e2e/catch-up.test.ts',
  'node/dashboard/test/e2e/page.test.ts',
];
/** Folders that compute and wait for nothing: they take what the others leave of the processors. */
const COMPUTING = [
  'aggregation',
  'contracts/forge',
  'coordinator',
  'privacy',
  'protocol',
  'simulations',
] as const;

/** A set of test files that one mocha process runs. */
export type TestGroup = {
  readonly name: string;
  readonly files: readonly string[];
  /** 0 for what comes first, 19 for what comes last where the processors do not do for all; 0 unless given. */
  readonly niceness?: number;
};

/** Every `test/**​/*.test.ts` under `root`, as sorted paths relative to it. */
export function findTestFiles(root: string): string[] {
  return globSync('**/test/**/*.test.ts', { cwd: root, exclude: (name) => SKIPPED.has(name) }).sort();
}

/**
 * The test files that `patterns` (files, folders or globs, relative to `cwd`) name.
 *
 * @throws Error when one of them names none
 */
export function selectTestFiles(root: string, cwd: string, patterns: readonly string[]): string[] {
  const selected = new Set<string>();
  for (const pattern of patterns) {
    const isFolder = statSync(resolve(cwd, pattern), { throwIfNoEntry: false })?.isDirectory() === true;
    const found = globSync(isFolder ? join(pattern, '**/*.test.ts') : pattern, {
      cwd,
      exclude: (name) => SKIPPED.has(name),
    });
    const tests = found.filter((path) => path.endsWith('.test.ts'));
    if (tests.length === 0)
      throw new Error(`no test file matches ${pattern}: expected a *.test.ts, its folder or a glob`);
    for (const path of tests) selected.add(relative(root, resolve(cwd, path)));
  }
  return [...selected].sort();
}

/**
 * Splits test files into the groups that may run beside each other, a folder each, and the end-to-end files, which
 * start processes: two at a time beside those of the folders, one that is patient and one that is not, two by
 * themselves, the others each with the machine to itself.
 */
export function groupTestFiles(files: readonly string[]): {
  parallel: TestGroup[];
  patient: TestGroup[];
  punctual: TestGroup[];
  paired: TestGroup[];
  alone: TestGroup[];
} {
  const byFolder = new Map<string, string[]>();
  const alone: TestGroup[] = [];
  const alike = (known: readonly string[], niceness: number): TestGroup[] =>
    known.filter((file) => files.includes(file)).map((file) => ({ name: file, files: [file], niceness }));
  const [patient, punctual, paired] = [alike(PATIENT, 4), alike(PUNCTUAL, 0), alike(PAIRED, 0)];
  const together = [...PATIENT, ...PUNCTUAL, ...PAIRED];
  for (const file of files) {
    const parts = file.split(sep);
    if (parts.some((part, i) => part === 'test' && parts[i + 1] === 'e2e')) {
      if (!together.includes(file)) alone.push({ name: file, files: [file] });
      continue;
    }
    // These two hold folders that have nothing to do with each other, and most of the time is spent in them.
    const depth = LARGE.includes(parts[0] ?? '') && parts[1] !== 'test' ? 2 : 1;
    const folder = parts.slice(0, depth).join('/');
    const group = HEAVY.get(file) ?? folder;
    byFolder.set(group, [...(byFolder.get(group) ?? []), file]);
  }
  // What takes longest begins first, so that it does not end alone.
  const rank = (name: string): number => SLOWEST_FIRST.findIndex((folder) => name.startsWith(folder));
  const niceness = (name: string): number =>
    COMPUTING.some((folder) => name === folder || name.startsWith(`${folder}/`)) ? 6 : 0;
  const parallel = [...byFolder].map(([name, group]) => ({ name, files: group, niceness: niceness(name) }));
  return { parallel: parallel.sort((a, b) => rank(a.name) - rank(b.name)), patient, punctual, paired, alone };
}
