import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Trial } from './host.ts';
import { type Mutant, mutantsOf } from './operators.ts';

/** Files that are mutated: what turns rows into an update. */
const MUTATED = [
  'aggregation/{averaging,robust,preaggregation,server,kernels}/*.ts',
  'aggregation/{rule,inputs,compose,aggregator}.ts',
];

/** Tests that say nothing of an edit: they read other files, mutate by hand or compile. */
const LEFT_OUT = ['documented.test.ts', 'mutants.test.ts', 'vectors-shared.test.ts', 'generated.test.ts'];

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
  return {
    id,
    root,
    stages: stagesOf(root, word),
    first: word,
    replaced: REPLACED,
    ...(mutant === undefined ? {} : { edit: mutant }),
  };
}

/** The file's own tests, vectors and bits, the other cases by hand, and the laws, which take longest. */
function stagesOf(root: string, word: string): string[][] {
  const stages: [string[], string[], string[]] = [[], [], []];
  const tests = globSync('aggregation/{,kernels/}test/*.test.ts', { cwd: root }).sort();
  for (const test of tests) {
    const name = basename(test);
    if (LEFT_OUT.includes(name)) continue;
    const isFirst = /^(?:vectors|bits)/.test(name) || (word !== '' && name.includes(word));
    stages[name.startsWith('laws') ? 2 : isFirst ? 0 : 1].push(test);
  }
  return stages;
}
