import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { applied } from './apply.ts';
import type { Mutant } from './mutant.ts';

// A thread that `tryMutant` starts: its modules have the mutant's edits from the first import on, so everything that
// may depend on them is imported after the hooks are in place.

export type MutantTask = {
  readonly mutant: Mutant;
  /** File URL of the repository, with a slash at its end. */
  readonly root: string;
  readonly seeds: number;
};

const { mutant, root, seeds } = workerData as MutantTask;
const paths = new Set(mutant.edits.map(({ path }) => path));

registerHooks({
  load: (url, context, next) => {
    const path = url.startsWith(root) ? url.slice(root.length) : '';
    if (!paths.has(path)) return next(url, context);
    const source = applied(mutant, path, readFileSync(new URL(url), 'utf8'));
    return { format: 'module-typescript', source, shortCircuit: true };
  },
});

const { findBroken } = await import('../../soak/find-broken.ts');
parentPort?.postMessage(await findBroken(seeds));
