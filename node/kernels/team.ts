import { Worker } from 'node:worker_threads';
import type { SplitKernels } from '../../aggregation/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { threadUrl } from '../threads/thread-url.ts';
import { DONE, FAILED, type Job, STEPS, workAt } from './job.ts';
import type { KernelKind } from './split-kernels.ts';

/** What a thread of a team is started with. */
export type TeamSetup = {
  readonly kind: KernelKind;
  /** Counts the jobs given; who waits for more waits for it to change. */
  readonly bell: Int32Array<SharedArrayBuffer>;
};

export type TeamOptions = {
  readonly kind: KernelKind;
  /** Threads beside the caller's, ≥ 1. */
  readonly helpers: number;
  /** How long nobody may give a sign of life while a chunk is under way. */
  readonly patienceMs?: number;
  /** The helpers' file, for tests. */
  readonly thread?: URL;
};

/** Long enough for a machine that is busy with other things: a step of a chunk takes a fraction of a second. */
const PATIENCE_MS = 60_000;

/** The caller and its helpers: whoever is free takes the next chunk, so that a slow or late thread delays nobody. */
export class Team {
  readonly #options: TeamOptions;
  readonly #bell = new Int32Array(new SharedArrayBuffer(4));
  #helpers: Worker[] | undefined;

  constructor(options: TeamOptions) {
    this.#options = options;
  }

  /**
   * Does a job with everybody's help and returns when it is done; the caller's thread stands still meanwhile. The
   * helpers start with the first job.
   *
   * @throws what a kernel throws in the caller's thread; BallastError `KERNEL_THREAD_FAILED` when one throws in
   *   another, `KERNEL_THREAD_DIED` when a helper that took a chunk gives no sign of life any more. The helpers are
   *   ended then, and the next job starts others.
   */
  run(job: Job, kernels: SplitKernels): void {
    this.#helpers ??= this.#launch();
    for (const helper of this.#helpers) helper.postMessage(job);
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
    try {
      workAt(job, kernels);
      this.#awaitOthers(job);
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  /** Ends the helpers. */
  async close(): Promise<void> {
    const ending = this.#helpers ?? [];
    this.#helpers = undefined;
    await Promise.all(ending.map((helper) => helper.terminate()));
  }

  #launch(): Worker[] {
    const { kind, helpers, thread = threadUrl(import.meta.url, 'kernel-thread') } = this.#options;
    const setup: TeamSetup = { kind, bell: this.#bell };
    return Array.from({ length: helpers }, () => {
      const helper = new Worker(thread, { workerData: setup });
      // A helper that dies without a chunk is missed by nobody; one that dies with a chunk is found by the wait.
      helper.on('error', () => {});
      helper.unref();
      return helper;
    });
  }

  #awaitOthers({ counters, chunks, task }: Job): void {
    const { patienceMs = PATIENCE_MS } = this.#options;
    let steps = Atomics.load(counters, STEPS);
    for (;;) {
      const done = Atomics.load(counters, DONE);
      if (Atomics.load(counters, FAILED) !== 0) {
        throw new BallastError('KERNEL_THREAD_FAILED', `${task.kind}: a thread failed, expected its chunk`, {
          metadata: { task: task.kind, done, chunks },
        });
      }
      if (done >= chunks) return;
      if (Atomics.wait(counters, DONE, done, patienceMs) !== 'timed-out') continue;
      const now = Atomics.load(counters, STEPS);
      if (now === steps) throw died(task.kind, done, chunks, patienceMs);
      steps = now;
    }
  }
}

function died(task: string, done: number, chunks: number, patienceMs: number): BallastError {
  return new BallastError(
    'KERNEL_THREAD_DIED',
    `${task}: ${done} of ${chunks} chunks done and no thread at work for ${patienceMs} ms, expected all of them`,
    { metadata: { task, done, chunks, patienceMs }, hint: 'a thread was ended, perhaps for want of memory' },
  );
}
