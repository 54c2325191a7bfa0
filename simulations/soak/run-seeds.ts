import { Worker } from 'node:worker_threads';
import { threadUrl } from '../../node/threads/thread-url.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ScheduleChoice } from '../world/draw-schedule.ts';
import { runSeed, type SeedResult } from './run-seed.ts';
import type { FromSoakThread } from './soak-protocol.ts';

/**
 * Runs seeds one after the other, in this thread or in several; results come as they are done.
 *
 * @throws BallastError `SOAK_THREAD` where a thread fails.
 */
export async function runSeeds(
  choices: readonly ScheduleChoice[],
  workers: number,
  onResult: (result: SeedResult) => void | Promise<void>,
): Promise<void> {
  if (workers === 1) {
    for (const choice of choices) await onResult(await runSeed(choice));
    return;
  }
  const left = [...choices].reverse();
  const threads = Array.from(
    { length: workers },
    () => new Worker(threadUrl(import.meta.url, 'soak-thread')),
  );
  try {
    await Promise.all(
      threads.map(async (thread) => {
        for (let choice = left.pop(); choice !== undefined; choice = left.pop())
          await onResult(await ask(thread, choice));
      }),
    );
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function ask(thread: Worker, choice: ScheduleChoice): Promise<SeedResult> {
  const { promise, resolve, reject } = Promise.withResolvers<SeedResult>();
  const fail = (reason: string) =>
    reject(
      new BallastError('SOAK_THREAD', `soak: the thread that ran seed ${choice.seed} failed: ${reason}`),
    );
  const take = (answer: FromSoakThread) => {
    if ('result' in answer) resolve(answer.result);
    else fail(answer.failure);
  };
  const onError = (error: unknown) => fail(String(error));
  const onExit = (code: number) => fail(`exit code ${code}`);
  thread.on('message', take).on('error', onError).on('exit', onExit);
  thread.postMessage(choice);
  return promise.finally(() => thread.off('message', take).off('error', onError).off('exit', onExit));
}
