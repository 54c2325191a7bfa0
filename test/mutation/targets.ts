import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Area } from './area.ts';
import type { Trial } from './host.ts';
import { type Mutant, mutantsOf } from './operators.ts';
import { PRIVACY_AREAS } from './privacy-areas.ts';

/** So many random cases a law: enough for a mutant that no vector and no case by hand has met. */
const LAW_RUNS = 60;

/** What turns rows into an update. The laws, which take longest, come last. */
const AGGREGATION: Area = {
  folder: 'aggregation',
  files: [
    'aggregation/{averaging,robust,preaggregation,server,kernels}/*.ts',
    'aggregation/{rule,inputs,compose,aggregator}.ts',
  ],
  stages: ['aggregation/{,kernels/}test/!(laws*).test.ts', 'aggregation/{,kernels/}test/laws*.test.ts'],
  isFirst: (test, word) =>
    !test.startsWith('laws') && (/^(?:vectors|bits)/.test(test) || (word !== '' && test.includes(word))),
  // They read other files, mutate by hand or compile.
  leftOut: ['documented.test.ts', 'mutants.test.ts', 'vectors-shared.test.ts', 'generated.test.ts'],
  replaced: { 'aggregation/test/law-runs.ts': `export const LAW_RUNS = ${LAW_RUNS};` },
};

const AREAS: readonly Area[] = [AGGREGATION, ...PRIVACY_AREAS];

/** A mutant, and the area that it is in. */
export type Target = { readonly area: Area; readonly mutant: Mutant };

/** The mutants of every area, of files whose path includes `part`. */
export function allMutants(root: string, part = ''): Target[] {
  return AREAS.flatMap((area) =>
    globSync(area.files, { cwd: root })
      .filter((path) => path.includes(part))
      .sort()
      .flatMap((path) => mutantsOf(path, readFileSync(join(root, path), 'utf8')))
      .map((mutant) => ({ area, mutant })),
  );
}

/** What a host is asked for a mutant of an area, or for its unchanged files. */
export function trialOf(root: string, id: number, area: Area, mutant?: Mutant): Trial {
  const word = mutant === undefined ? '' : basename(mutant.path, '.ts');
  return {
    id,
    root,
    folder: area.folder,
    stages: stagesOf(root, area, word),
    first: word,
    replaced: area.replaced,
    ...(area.stuckMs === undefined || mutant === undefined ? {} : { stuckMs: area.stuckMs }),
    ...(mutant === undefined ? {} : { edit: mutant }),
  };
}

/** What is first whatever its stage, and the rest of each stage. */
function stagesOf(root: string, area: Area, word: string): string[][] {
  const first: string[] = [];
  const rest = area.stages.map((pattern) =>
    globSync(pattern, { cwd: root })
      .sort()
      .filter((test) => {
        const name = basename(test);
        if (area.leftOut.includes(name)) return false;
        const isFirst = area.isFirst(name, word);
        if (isFirst) first.push(test);
        return !isFirst;
      }),
  );
  return [first, ...rest];
}
