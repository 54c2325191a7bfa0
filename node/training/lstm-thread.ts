import { Worker } from 'node:worker_threads';
import { BallastError } from '../../protocol/errors.ts';
import type { LstmExamples, LstmSpec } from '../models/lstm/index.ts';
import { threadUrl } from '../threads/thread-url.ts';
import type { EngineName } from './engines.ts';
import type { LstmRun, LstmTrainingOptions } from './lstm-training.ts';

/** One training of an LSTM, from its first weights to its best. */
export type LstmJob = {
  readonly spec: LstmSpec;
  readonly engine: EngineName;
  readonly train: LstmExamples;
  /** Public rows, by which the epoch is chosen. */
  readonly held: LstmExamples;
  /** Where it begins. */
  readonly weights: Float64Array;
  readonly options: LstmTrainingOptions;
  /** Of the shuffles. */
  readonly seed: number;
};

export type LstmAnswer =
  | { readonly type: 'done'; readonly engine: string; readonly run: LstmRun }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/**
 * Trains in a thread of its own: this one goes on answering votes. Aborting ends the thread at once.
 *
 * @throws BallastError of what training raised, `TRAINER_DIED` where the thread ended by itself, or the signal's reason.
 */
export async function trainLstmInThread(
  job: LstmJob,
  signal?: AbortSignal,
): Promise<{ readonly engine: string; readonly run: LstmRun }> {
  signal?.throwIfAborted();
  const worker = new Worker(threadUrl(import.meta.url, 'lstm-worker'), { workerData: job });
  const { promise, resolve, reject } = Promise.withResolvers<{ engine: string; run: LstmRun }>();
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const died = (reason: string, cause?: unknown) =>
    new BallastError('TRAINER_DIED', `lstm thread: got ${reason}, expected it to go on`, {
      metadata: { reason },
      ...(cause === undefined ? {} : { cause }),
    });
  worker.on('message', (answer: LstmAnswer) => {
    if (answer.type === 'done') resolve(answer);
    else reject(new BallastError(answer.code, answer.message));
  });
  worker.on('error', (cause) => reject(died(String(cause), cause)));
  worker.on('exit', (code) => reject(died(`exit code ${code}`)));
  try {
    const { engine, run } = await promise;
    return { engine, run };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}
