import { randomBytes } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { createPrng } from '../data/index.ts';
import { createModel, horizonsOf } from '../models/index.ts';
import { createEngine } from './engines.ts';
import { countRecords, openHeads } from './heads.ts';
import { openLocalData } from './local-data.ts';
import { trainLocally } from './local-training.ts';
import type {
  Entropy,
  FromWorker,
  ToWorker,
  TrainingRequest,
  WorkerFailure,
  WorkerSetup,
} from './worker-protocol.ts';

// The thread that `createTrainer` starts: it loads its node's slice once and then trains on request.

function noiseSource(entropy: Entropy): RandomBytes {
  if (entropy.kind === 'system') return (length) => randomBytes(length);
  const prng = createPrng(entropy.seed, 0xd1ce);
  return (length) => Uint8Array.from({ length }, () => Math.floor(prng.uniform() * 256));
}

async function start(setup: WorkerSetup, send: (message: FromWorker) => void) {
  const model = createModel(setup.model);
  const { examples, report } = await openLocalData({ ...setup, horizons: horizonsOf(model) });
  const engine = await createEngine(setup.engine);
  const bytes = noiseSource(setup.entropy);
  send({ type: 'ready', ready: { engine: engine.name, ...report } });
  const train = ({ weights, range, options, correction }: TrainingRequest): Float64Array => {
    if (weights.length !== model.size) {
      throw new BallastError('MODEL_SIZE', `weights: got ${weights.length}, expected ${model.size}`, {
        metadata: { given: weights.length, expected: model.size },
      });
    }
    const gradients = openHeads(engine, model, examples(range));
    try {
      return trainLocally(gradients, weights, options, bytes, undefined, correction);
    } finally {
      gradients.dispose();
    }
  };
  return (message: ToWorker): FromWorker =>
    message.type === 'train'
      ? { type: 'trained', id: message.id, update: train(message.request) }
      : { type: 'counted', id: message.id, records: countRecords(examples(message.range)) };
}

function toFailure(error: unknown): WorkerFailure {
  if (error instanceof BallastError) return { ...error.toObject(), usage: error instanceof UsageError };
  return { code: 'TRAINING_FAILED', message: `training: ${String(error)}`, usage: false, metadata: {} };
}

const port = parentPort;
if (port === null) {
  throw new BallastError('WORKER_ONLY', 'training worker: got the main thread, expected a worker thread');
}
// On Linux this is the priority of the calling thread: training uses what rounds and clients leave of the machine.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const send = (message: FromWorker) => port.postMessage(message);
const setup: WorkerSetup = workerData;
try {
  const answer = await start(setup, send);
  port.on('message', (message: ToWorker) => {
    try {
      send(answer(message));
    } catch (error) {
      send({ type: 'failed', id: message.id, failure: toFailure(error) });
    }
  });
} catch (error) {
  send({ type: 'failed', id: undefined, failure: toFailure(error) });
}
