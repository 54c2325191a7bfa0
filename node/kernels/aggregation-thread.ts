import { parentPort, workerData } from 'node:worker_threads';
import { type AggregatorStep, createAggregator } from '../../aggregation/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import {
  type AggregationReply,
  type AggregationRequest,
  type AggregationSetup,
  toFailure,
} from './aggregation-protocol.ts';
import { collectAfter } from './collect.ts';
import { openKernels } from './open-kernels.ts';
import { owned } from './shared-rows.ts';

// The thread that `openAggregationWorker` starts: it makes its aggregation once and then answers one request at a time.

const port = parentPort;
if (port === null) {
  throw new BallastError('WORKER_ONLY', 'aggregation thread: got the main thread, expected a worker thread');
}

/** A step whose vectors are all that crosses: never the whole of a block that one of them is a piece of. */
function withOwnVectors({ update, state, result }: AggregatorStep): AggregatorStep {
  const vectors = Object.entries(state.vectors).map(([name, vector]) => [name, owned(vector)] as const);
  return {
    update: owned(update),
    state: { ...state, vectors: Object.fromEntries(vectors) },
    result: { ...result, vector: owned(result.vector) },
  };
}

const { rule, kernels: kernelOptions, ...options }: AggregationSetup = workerData;
const aggregator = createAggregator(rule, options);
const kernels = openKernels(kernelOptions);

/** A function of its own, so that nothing keeps the rows of a request that was answered. */
function answer({ rows, state, inputs }: AggregationRequest): AggregationReply {
  try {
    const step = aggregator.aggregate(rows, state, { ...inputs, kernels });
    return { type: 'done', step: withOwnVectors(step) };
  } catch (error) {
    return { type: 'failed', failure: toFailure(error) };
  }
}

port.on('message', (request: AggregationRequest) => {
  const bytes = request.rows.reduce((sum, { byteLength }) => sum + byteLength, 0);
  port.postMessage(answer(request));
  setImmediate(() => collectAfter(bytes));
});
