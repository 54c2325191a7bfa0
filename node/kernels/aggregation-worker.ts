import { Worker } from 'node:worker_threads';
import {
  type AggregatorState,
  type AggregatorStep,
  createAggregator,
  type Rows,
} from '../../aggregation/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { threadUrl } from '../threads/thread-url.ts';
import {
  type AggregationInputs,
  type AggregationReply,
  type AggregationRequest,
  type AggregationSetup,
  fromFailure,
} from './aggregation-protocol.ts';
import { shareRows } from './shared-rows.ts';

/** Aggregates in a thread of its own, so that votes and heartbeats never wait for it. */
export interface AggregationWorker {
  /** The aggregation's text, everything implied written out: {@link Aggregator.name}. */
  readonly name: string;
  /**
   * {@link Aggregator.aggregate}, the same bits. Calls are answered one after the other, in the order they were made.
   *
   * Rows in shared memory (`allocateRows`) are used where they lie, others are copied once. Aborting ends the thread
   * if the call was at work, or takes it from the queue; the next call starts a new thread.
   *
   * @throws what the aggregation throws, with its class and code; BallastError `AGGREGATION_BUSY` when
   *   {@link MAX_WAITING} calls wait already, `AGGREGATION_CLOSED` after `close`, `AGGREGATION_DIED` when the thread
   *   ends by itself; the signal's reason.
   */
  aggregate(
    rows: Rows,
    state: AggregatorState,
    options?: AggregationInputs & { readonly signal?: AbortSignal | undefined },
  ): Promise<AggregatorStep>;
  /** Ends the thread; calls under way are rejected. */
  close(): Promise<void>;
}

/** Calls that may wait behind the one at work. */
export const MAX_WAITING = 8;

type Call = {
  readonly request: AggregationRequest;
  readonly settle: PromiseWithResolvers<AggregatorStep>;
};

/**
 * An aggregation beside the caller's thread. The thread starts with the first call.
 *
 * @throws {UsageError} as `createAggregator` does, at once.
 */
export function openAggregationWorker(setup: AggregationSetup): AggregationWorker {
  const { rule, kernels: _, ...options } = setup;
  const { name } = createAggregator(rule, options);
  const waiting: Call[] = [];
  let running: Call | undefined;
  let thread: Worker | undefined;
  let closed = false;

  const launch = (): Worker => {
    const worker = new Worker(threadUrl(import.meta.url, 'aggregation-thread'), { workerData: setup });
    const fail = (reason: string, cause?: unknown): void => {
      if (thread !== worker) return;
      thread = undefined;
      const call = running;
      running = undefined;
      call?.settle.reject(died(reason, cause));
      next();
    };
    worker.on('message', (reply: AggregationReply) => {
      if (thread !== worker || running === undefined) return;
      const { settle } = running;
      running = undefined;
      if (reply.type === 'done') settle.resolve(reply.step);
      else settle.reject(fromFailure(reply.failure));
      next();
    });
    worker.on('error', (cause) => fail(String(cause), cause));
    worker.on('exit', (code) => fail(`exit code ${code}`));
    return worker;
  };

  const next = (): void => {
    if (running !== undefined) return;
    running = waiting.shift();
    if (running === undefined) {
      // A thread without work keeps no process alive.
      thread?.unref();
      return;
    }
    thread ??= launch();
    thread.ref();
    thread.postMessage(running.request);
  };

  const drop = async (call: Call, reason: unknown): Promise<void> => {
    call.settle.reject(reason);
    const place = waiting.indexOf(call);
    if (place >= 0) waiting.splice(place, 1);
    if (running !== call) return;
    const ending = thread;
    thread = undefined;
    running = undefined;
    await ending?.terminate();
    next();
  };

  return {
    name,
    aggregate: async (rows, state, { signal, ...inputs } = {}) => {
      signal?.throwIfAborted();
      if (closed) throw new BallastError('AGGREGATION_CLOSED', 'aggregation: got a call after close');
      if (waiting.length >= MAX_WAITING) throw busy(waiting.length);
      const settle = Promise.withResolvers<AggregatorStep>();
      const call: Call = { request: { rows: shareRows(rows), state, inputs }, settle };
      const onAbort = () => void drop(call, signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.push(call);
      next();
      try {
        return await settle.promise;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
    close: async () => {
      closed = true;
      const reason = new BallastError('AGGREGATION_CLOSED', 'aggregation: closed during a call');
      for (const call of waiting.splice(0)) call.settle.reject(reason);
      running?.settle.reject(reason);
      running = undefined;
      const ending = thread;
      thread = undefined;
      await ending?.terminate();
    },
  };
}

function busy(waiting: number): BallastError {
  return new BallastError(
    'AGGREGATION_BUSY',
    `aggregation: got a call while ${waiting} wait, expected at most ${MAX_WAITING}`,
    { metadata: { waiting, limit: MAX_WAITING }, hint: 'wait for one of them or abort it' },
  );
}

function died(reason: string, cause?: unknown): BallastError {
  return new BallastError('AGGREGATION_DIED', `aggregation thread: got ${reason}, expected it to go on`, {
    metadata: { reason },
    hint: 'the next call starts a new one',
    ...(cause === undefined ? {} : { cause }),
  });
}
