import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Trial } from './host.ts';
import { type Mutant, mutantsOf } from './operators.ts';

/** Files that are mutated: what turns rows into an update. */
const MUTATED = [
  'aggregation/{averaging,robust,preaggregation,server,kernels}/*.ts',
  'aggregation/{rule,inputs,compose,aggregator}.ts',
];

/** Tests that say nothing of an edit: they read other files, or mutate by hand. */
const LEFT_OUT = ['documented.test.ts', 'mutants.test.ts', 'vectors-shared.test.ts'];

/** So many random cases a law: enough for a mutant that no vector and no case by hand has met. */
const LAW_RUNS = 60;
const REPLACED = { 'aggregation/test/law-runs.ts': `export const LAW_RUNS = ${LAW_RUNS};` };

/** All mutants, of files whose path includes `part`. */
export function allMutants(root: string, part = ''): Mutant[] {
  return globSync(MUTATED, { cwd: root })
    .filter((path) => path.includes(part))
    .sort()
    .flatMap((path) => mutantsOf(path, readFileSync(join(root, path), 'utf8')));
}

/** What a host is asked for a mutant, or for the unchanged files. */
export function trialOf(root: string, id: number, mutant?: Mutant): Trial {
  const word = mutant === undefined ? '' : basename(mutant.path, '.ts');
  const tests = testFiles(root);
  return {
    id,
    root,
    tests: [...tests.filter((test) => test.includes(word)), ...tests.filter((test) => !test.includes(word))],
    first: word,
    replaced: REPLACED,
    ...(mutant === undefined ? {} : { edit: mutant }),
  };
}

/** Vectors and hand cases first, then the laws, which take longest. */
function testFiles(root: string): string[] {
  const rank = (path: string): number => {
    const name = basename(path);
    return name.startsWith('vectors') ? 0 : name.startsWith('laws') ? 2 : 1;
  };
  return globSync('aggregation/test/**/*.test.ts', { cwd: root })
    .filter((path) => !LEFT_OUT.includes(basename(path)))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
