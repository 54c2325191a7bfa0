import { Worker } from 'node:worker_threads';
import { threadUrl } from '../../node/threads/thread-url.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import type { Contribution } from './lane.ts';
import { KEPT_TABLE_BYTES } from './task.ts';
import { nodesOf, type TrainingPool } from './training.ts';
import type { FromTrainingThread, ToTrainingThread } from './training-protocol.ts';

/** Threads that train, and that must be ended. */
export type OpenTrainingPool = TrainingPool & { close(): Promise<void> };

export const MAX_TRAINING_THREADS = 256;

/**
 * Trains in `threads` threads, each a part of the nodes, whose data it makes and keeps by itself. They start with the
 * first request; one request at a time.
 *
 * @throws {UsageError} TRAINING_THREADS; from `train` BallastError TRAINING_THREAD when a thread fails or ends, after
 *   which the pool is closed.
 */
export function openTrainingPool({ threads }: { readonly threads: number }): OpenTrainingPool {
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > MAX_TRAINING_THREADS) {
    throw new UsageError(
      'TRAINING_THREADS',
      `threads: got ${threads}, expected a whole number from 1 to ${MAX_TRAINING_THREADS}`,
      { metadata: { threads } },
    );
  }
  let workers: Worker[] = [];
  let lastId = 0;
  const close = async (): Promise<void> => {
    const ending = workers;
    workers = [];
    await Promise.all(ending.map((worker) => worker.terminate()));
  };
  return {
    close,
    train: async (task, request, { signal, onTrained } = {}) => {
      signal?.throwIfAborted();
      if (workers.length === 0) {
        workers = Array.from(
          { length: threads },
          () => new Worker(threadUrl(import.meta.url, 'training-thread')),
        );
      }
      const nodes = nodesOf(request);
      const id = ++lastId;
      const byNode: (FromNode | undefined)[] = Array.from({ length: nodes }, () => undefined);
      const finished = Promise.withResolvers<void>();
      let left = nodes;
      const take = (answer: FromTrainingThread): void => {
        if (answer.id !== id) return;
        if ('failure' in answer) {
          finished.reject(failed(answer.failure));
          return;
        }
        byNode[answer.node] = answer.contributions;
        onTrained?.();
        if (--left === 0) finished.resolve();
      };
      const listeners = {
        message: take,
        error: (cause: unknown) => finished.reject(failed(String(cause))),
        exit: (code: number) => finished.reject(failed(`exit code ${code}`)),
      };
      const stop = (): void => finished.reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      const working = [...workers];
      for (const worker of working) {
        for (const [event, listener] of Object.entries(listeners)) worker.on(event, listener);
      }
      try {
        for (const [k, worker] of working.entries()) {
          const own = Array.from({ length: nodes }, (_, node) => node).filter((node) => node % threads === k);
          const keptBytes = Math.floor(KEPT_TABLE_BYTES / threads);
          worker.postMessage({ id, task, request, nodes: own, keptBytes } satisfies ToTrainingThread);
        }
        await finished.promise;
      } catch (error) {
        await close();
        throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
        for (const worker of working) {
          for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
        }
      }
      const all: Contribution[][] = request.lanes.map(() => []);
      for (const contributions of byNode) {
        for (const [lane, contribution] of contributions ?? []) all[lane]?.push(contribution);
      }
      return all;
    },
  };
}

type FromNode = readonly (readonly [lane: number, contribution: Contribution])[];

function failed(reason: string): BallastError {
  return new BallastError('TRAINING_THREAD', `training thread: got ${reason}, expected it to go on`, {
    metadata: { reason },
  });
}
