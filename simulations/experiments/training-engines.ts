import { parseArgs } from 'node:util';
import { createDataClock, createPrng, generateMarket, generateVenue } from '../../node/data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  withMirror,
} from '../../node/features/index.ts';
import { createAssessor } from '../../node/models/assessor/index.ts';
import { initialDenseWeights } from '../../node/models/dense/dense-network.ts';
import { createModel, genesisOf } from '../../node/models/index.ts';
import { createLstm, initialLstmWeights, type LstmExamples, PEG_LSTM } from '../../node/models/lstm/index.ts';
import { assessorBatches } from '../../node/training/assessor-gradients.ts';
import {
  createEngine,
  defaultModelSpec,
  type EngineName,
  openHeads,
  type TrainingEngine,
} from '../../node/training/index.ts';
import { float64Lstm } from '../../node/training/lstm-gradients.ts';
import { tensorflowLstm } from '../../node/training/tensorflow-lstm.ts';

// Steps a second by engine: the network's own weights over a year of one node (all records' gradients), the risk network's
// 3,845 over a batch of 64 (float64 alone), and the LSTM's 123,721 over a batch of 16; and how far the gradients of two
// engines lie apart. Processor time: a busy machine makes the wall clock say anything.
//
//     node simulations/experiments/training-engines.ts

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3' } } });
const seconds = Number(values.seconds);
const NAMES: readonly EngineName[] = ['float64', 'tfjs-wasm', 'tfjs-cpu', 'tfjs-node', 'tfjs-node-gpu'];
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Steps a second of processor time, after two that compile. */
function rate(act: () => Float64Array, most: number): number {
  for (let k = 0; k < Math.min(2, most); k++) act();
  const began = process.cpuUsage();
  let steps = 0;
  let used = 0;
  do {
    act();
    steps++;
    const { user, system } = process.cpuUsage(began);
    used = (user + system) / 1e6;
  } while (used < seconds && steps < most);
  return steps / used;
}

function largest(a: Float64Array, b: Float64Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

const feed = generateVenue(1, 0);
const reference = generateMarket(1, 0);
const clock = createDataClock(feed, { rounds: 10 });
const range = clock.training(1);
const model = createModel(defaultModelSpec({ feed, market: reference, fitting: clock.fitting }));
const heads = {
  peg: [withMirror(buildExamples(computeFeatures(generateVenue(1, 1)), range))],
  risk: buildRiskExamples(computeMarketFeatures(generateMarket(1, 1), reference), range),
};
const weights = genesisOf(model).map((weight, j) => weight + 0.05 * Math.sin(j + 1));
const rows = (heads.peg[0]?.rows ?? 0) + heads.risk.rows;

const fifth = { collateral: 0.2, market: 0.2, protocol: 0.2, liquidity: 0.2, contagion: 0.2 };
const assessor = createAssessor({ scale: fifth, threshold: fifth, weights: fifth });
const prng = createPrng(1);
const batch = Uint32Array.from({ length: 64 }, (_, i) => i);
const own = assessorBatches(assessor, {
  records: 1,
  rows: 64,
  x: Float64Array.from({ length: 64 * 24 }, prng.normal),
  labels: Float64Array.from({ length: 64 * 5 }, prng.uniform),
  events: new Uint8Array(64 * 5),
  hour: new Float64Array(64),
  recordStart: Int32Array.of(0, 64),
});
const risk = initialDenseWeights(assessor.network, prng.normal);

const lstm = createLstm(PEG_LSTM);
const LSTM_ROWS = 16;
const windows: LstmExamples = {
  rows: LSTM_ROWS,
  channels: Float64Array.from({ length: (LSTM_ROWS + PEG_LSTM.steps) * PEG_LSTM.inputs }, prng.normal),
  start: Uint32Array.from({ length: LSTM_ROWS }, (_, i) => i),
  y: Float64Array.from({ length: LSTM_ROWS * PEG_LSTM.outputs }, prng.normal),
  levels: Array.from({ length: PEG_LSTM.outputs }, (_, q) => [0.1, 0.5, 0.9][q % 3] ?? 0.5),
};
const lstmWeights = initialLstmWeights(lstm, prng.uniform);
const lstmRows = batch.subarray(0, LSTM_ROWS);
const flops = 6 * PEG_LSTM.steps * LSTM_ROWS * lstm.size;

print(`chosen where nothing is said: ${(await createEngine('tfjs')).name}`);
print(
  `steps a second of processor time; ${model.size} weights over ${rows} rows, ${assessor.network.size} over 64, ${lstm.size} over ${LSTM_ROWS} windows`,
);
print(`engine           ${model.size} weights  furthest  3,845 weights  123,721 weights  furthest   GFLOP/s`);
const exact = { heads: new Float64Array(), lstm: new Float64Array() };
for (const name of NAMES) {
  let engine: TrainingEngine;
  try {
    engine = await createEngine(name);
  } catch {
    print(`${name.padEnd(15)}  not installed`);
    continue;
  }
  const open = openHeads(engine, model, heads);
  const joint = Float64Array.from(open.perRecord(weights));
  const small = rate(() => open.perRecord(weights), 2_000);
  open.dispose();
  const sequence = (name === 'float64' ? float64Lstm : tensorflowLstm)(lstm, windows);
  const slope = Float64Array.from(sequence.batch(lstmWeights, lstmRows));
  const large = rate(() => sequence.batch(lstmWeights, lstmRows), name === 'tfjs-cpu' ? 1 : 20);
  sequence.dispose();
  if (name === 'float64') Object.assign(exact, { heads: joint, lstm: slope });
  const middle = name === 'float64' ? rate(() => own(risk, batch), 5_000).toFixed(0) : '–';
  print(
    `${name.padEnd(15)}  ${small.toFixed(0).padStart(10)}  ${largest(joint, exact.heads).toExponential(0).padStart(8)}  ${middle.padStart(13)}  ${large.toFixed(2).padStart(15)}  ${largest(slope, exact.lstm).toExponential(0).padStart(8)}  ${((flops * large) / 1e9).toFixed(1).padStart(8)}`,
  );
}
