import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Job, NEXT } from '../job.ts';

/** Waits for a job as a helper does and takes one of its chunks, which then nobody does. */
export function takeChunk(): Job {
  const { bell }: { bell: Int32Array<SharedArrayBuffer> } = workerData;
  if (parentPort === null) throw new Error('a helper is a thread');
  for (;;) {
    const rung = Atomics.load(bell, 0);
    const job: Job | undefined = receiveMessageOnPort(parentPort)?.message;
    if (job !== undefined) {
      Atomics.add(job.counters, NEXT, 1);
      return job;
    }
    Atomics.wait(bell, 0, rung);
  }
}
