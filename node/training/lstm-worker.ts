import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { BallastError } from '../../protocol/errors.ts';
import { createPrng } from '../data/index.ts';
import { createLstm, lstmLoss } from '../models/lstm/index.ts';
import { createEngine } from './engines.ts';
import { float64Lstm } from './lstm-gradients.ts';
import type { LstmAnswer, LstmJob } from './lstm-thread.ts';
import { trainLstm } from './lstm-training.ts';
import { tensorflowLstm } from './tensorflow-lstm.ts';

// The thread that `trainLstmInThread` starts: it trains one LSTM and ends.

async function run(job: LstmJob): Promise<LstmAnswer> {
  const model = createLstm(job.spec);
  const engine = await createEngine(job.engine);
  const gradients = (engine.name === 'float64' ? float64Lstm : tensorflowLstm)(model, job.train);
  try {
    const done = trainLstm(
      gradients,
      job.weights,
      Uint32Array.from({ length: job.train.rows }, (_, i) => i),
      (weights) => lstmLoss(model, weights, job.held),
      job.options,
      createPrng(job.seed).uniform,
    );
    return { type: 'done', engine: engine.name, run: done };
  } finally {
    gradients.dispose();
  }
}

const port = parentPort;
if (port === null) {
  throw new BallastError('WORKER_ONLY', 'lstm worker: got the main thread, expected a worker thread');
}
// As of the other training thread: what rounds and clients leave of the machine.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
try {
  port.postMessage(await run(workerData));
} catch (error) {
  const code = error instanceof BallastError ? error.code : 'TRAINING_FAILED';
  const message = error instanceof Error ? error.message : String(error);
  port.postMessage({ type: 'failed', code, message } satisfies LstmAnswer);
}
