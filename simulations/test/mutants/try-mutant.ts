import { Worker } from 'node:worker_threads';
import { BallastError } from '../../../protocol/errors.ts';
import type { Found } from '../../soak/find-broken.ts';
import type { Mutant } from './mutant.ts';
import type { MutantTask } from './mutant-thread.ts';

/** The code as it is. */
export const UNMUTATED: Mutant = { name: 'none', breaks: 'nothing', edits: [] };

/**
 * Soaks a mutant in a thread of its own, seed after seed until one breaks a promise.
 *
 * @throws BallastError `MUTANT_THREAD` where the thread fails, as it does for an edit that does not fit the code.
 */
export async function tryMutant(mutant: Mutant, seeds: number): Promise<Found> {
  const root = new URL('../../../', import.meta.url).href;
  const workerData: MutantTask = { mutant, root, seeds };
  const thread = new Worker(new URL('./mutant-thread.ts', import.meta.url), { workerData });
  const { promise, resolve, reject } = Promise.withResolvers<Found>();
  const fail = (reason: string) =>
    reject(new BallastError('MUTANT_THREAD', `mutant ${mutant.name}: its thread failed: ${reason}`));
  thread
    .once('message', resolve)
    .once('error', (error) => fail(String(error)))
    .once('exit', (code) => fail(`exit code ${code}`));
  return promise.finally(() => thread.terminate());
}
