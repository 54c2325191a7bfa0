import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { BallastError } from '../../protocol/errors.ts';
import { collectAfter } from './collect.ts';
import { type Job, workAt } from './job.ts';
import { splitKernels } from './split-kernels.ts';
import type { TeamSetup } from './team.ts';

// A thread of a `Team`: it waits for the bell, takes chunks of the jobs that lie in its port, and waits again. It never
// returns to its event loop; ending the thread ends the wait.

const port = parentPort;
if (port === null) {
  throw new BallastError('WORKER_ONLY', 'kernel thread: got the main thread, expected a worker thread');
}
const { kind, bell }: TeamSetup = workerData;
const kernels = splitKernels(kind);

/** Does the next job, if there is one. A function of its own, so that nothing keeps the rows of a job that is done. */
function workOnce(): number | undefined {
  const received: { message: Job } | undefined = port === null ? undefined : receiveMessageOnPort(port);
  if (received === undefined) return undefined;
  const { rows } = received.message;
  try {
    workAt(received.message, kernels);
  } catch {
    // Whoever gave the job has seen it in the counters.
  }
  return rows.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

for (;;) {
  const rung = Atomics.load(bell, 0);
  let bytes = workOnce();
  while (bytes !== undefined) {
    collectAfter(bytes);
    bytes = workOnce();
  }
  Atomics.wait(bell, 0, rung);
}
