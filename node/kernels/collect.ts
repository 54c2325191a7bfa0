import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a thread may keep of the rows that it is done with. */
const KEPT_BYTES = 64 * 1024 * 1024;

let collect: (() => void) | undefined;
let seenBytes = 0;

/**
 * Lets go of shared rows after work on `bytes` of them, or once enough has come together. Shared memory does not count towards a thread's heap, so that a
 * thread that allocates little would hold on to the rows of its last jobs for ever, whoever else has let go of them.
 */
export function collectAfter(bytes: number): void {
  seenBytes += bytes;
  if (seenBytes <= KEPT_BYTES) return;
  seenBytes = 0;
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
