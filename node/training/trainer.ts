import { Worker } from 'node:worker_threads';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import type { HourRange } from '../data/clock.ts';
import { threadUrl } from '../threads/thread-url.ts';
import type {
  FromWorker,
  ToWorker,
  TrainingRequest,
  WorkerFailure,
  WorkerReady,
  WorkerSetup,
} from './worker-protocol.ts';

/** Trains in a thread of its own, so that votes and heartbeats never wait for it. */
export interface Trainer {
  /** Starts the thread and loads the data. @throws what loading throws. */
  ready(signal?: AbortSignal): Promise<WorkerReady>;
  /**
   * Δ = local − global for one round, unclipped.
   *
   * Aborting ends the thread at once and nothing of the run comes out; the next call starts a new one.
   *
   * @throws BallastError `TRAINER_BUSY` while another run is under way, `TRAINER_CLOSED` after `close`, `TRAINER_DIED`
   *   when the thread ends by itself, what training throws, or the signal's reason.
   */
  train(request: TrainingRequest, signal?: AbortSignal): Promise<Float64Array>;
  /**
   * How many records of its own the node has in a range of hours: private, for its operator alone.
   *
   * @throws as {@link train}.
   */
  records(range: HourRange, signal?: AbortSignal): Promise<number>;
  /** Ends the thread; a run under way is rejected. */
  close(): Promise<void>;
}

/** The worker's file. */
export function workerUrl(): URL {
  return threadUrl(import.meta.url, 'worker');
}

type Pending = {
  readonly id: number;
  readonly resolve: (message: Extract<FromWorker, { type: 'trained' | 'counted' }>) => void;
  readonly reject: (error: unknown) => void;
};

type Thread = {
  readonly worker: Worker;
  readonly ready: Promise<WorkerReady>;
  /** Settles the one run under way. */
  pending: Pending | undefined;
};

/** A message to the thread that is yet to be numbered. */
type Work = ToWorker extends infer M ? (M extends ToWorker ? Omit<M, 'id'> : never) : never;

export function createTrainer(setup: WorkerSetup): Trainer {
  let thread: Thread | undefined;
  let closed = false;
  let lastId = 0;

  const launch = (): Thread => {
    const worker = new Worker(workerUrl(), { workerData: setup });
    const ready = Promise.withResolvers<WorkerReady>();
    // A caller that never asks for `ready` is told by `train` instead.
    ready.promise.catch(() => {});
    const started: Thread = { worker, ready: ready.promise, pending: undefined };
    const fail = (error: unknown) => {
      if (thread === started) thread = undefined;
      ready.reject(error);
      started.pending?.reject(error);
      started.pending = undefined;
    };
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'ready') ready.resolve(message.ready);
      else if (message.type === 'failed' && message.id === undefined) {
        fail(fromFailure(message.failure));
        void worker.terminate();
      } else {
        const { pending } = started;
        if (pending === undefined || pending.id !== message.id) return;
        started.pending = undefined;
        if (message.type === 'failed') pending.reject(fromFailure(message.failure));
        else pending.resolve(message);
      }
    });
    worker.on('error', (cause) => fail(died(String(cause), cause)));
    worker.on('exit', (code) => fail(died(`exit code ${code}`)));
    return started;
  };

  const current = (): Thread => {
    if (closed) {
      throw new BallastError('TRAINER_CLOSED', 'trainer: got a call after close, expected none');
    }
    thread ??= launch();
    return thread;
  };

  const endThread = async (ending: Thread, reason: unknown): Promise<void> => {
    if (thread === ending) thread = undefined;
    ending.pending?.reject(reason);
    ending.pending = undefined;
    await ending.worker.terminate();
  };

  const whileNotAborted = async <T>(
    running: Thread,
    work: Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    if (signal === undefined) return work;
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => {
      aborted.reject(signal.reason);
      void endThread(running, signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([work, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  };

  /** One piece of work, queued by the thread until its data is loaded; a failure to load rejects it. */
  const run = async (work: Work, signal: AbortSignal | undefined) => {
    signal?.throwIfAborted();
    const running = current();
    if (running.pending !== undefined) {
      throw new BallastError('TRAINER_BUSY', 'trainer: got a second run, expected one at a time', {
        hint: 'wait for the first or abort it',
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<Parameters<Pending['resolve']>[0]>();
    const id = ++lastId;
    running.pending = { id, resolve, reject };
    running.worker.postMessage({ ...work, id } satisfies ToWorker);
    return whileNotAborted(running, promise, signal);
  };

  return {
    ready: async (signal) => {
      signal?.throwIfAborted();
      const running = current();
      return whileNotAborted(running, running.ready, signal);
    },
    train: async (request, signal) => {
      const answer = await run({ type: 'train', request }, signal);
      if (answer.type !== 'trained') throw died(`an answer ${answer.type} to train`);
      return answer.update;
    },
    records: async (range, signal) => {
      const answer = await run({ type: 'count', range }, signal);
      if (answer.type !== 'counted') throw died(`an answer ${answer.type} to count`);
      return answer.records;
    },
    close: async () => {
      closed = true;
      if (thread !== undefined) {
        await endThread(thread, new BallastError('TRAINER_CLOSED', 'trainer: closed during a run'));
      }
    },
  };
}

function fromFailure({ code, message, usage, hint, metadata }: WorkerFailure): BallastError {
  const details = { metadata, ...(hint === undefined ? {} : { hint }) };
  return usage ? new UsageError(code, message, details) : new BallastError(code, message, details);
}

function died(reason: string, cause?: unknown): BallastError {
  return new BallastError('TRAINER_DIED', `training thread: got ${reason}, expected it to go on`, {
    metadata: { reason },
    hint: 'the next round starts a new one',
    ...(cause === undefined ? {} : { cause }),
  });
}
