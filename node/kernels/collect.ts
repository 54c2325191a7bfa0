import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a thread may keep of the rows that it is done with. */
const KEPT_BYTES = 64 * 1024 * 1024;

let collect: (() => void) | undefined;

/**
 * Lets go of shared rows after work on `bytes` of them. Shared memory does not count towards a thread's heap, so that a
 * thread that allocates little would hold on to the rows of its last job for ever, whoever else has let go of them.
 */
export function collectAfter(bytes: number): void {
  if (bytes <= KEPT_BYTES) return;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
