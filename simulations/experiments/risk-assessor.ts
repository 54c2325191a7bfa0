import { parseArgs } from 'node:util';
import { createPrng } from '../../node/data/index.ts';
import { RISK_INPUTS } from '../../node/features/library/index.ts';
import {
  type AssessorExamples,
  createAssessor,
  initialAssessorWeights,
  joinAssessorExamples,
  predictScores,
  RISK_SCORES,
  type RiskAssessor,
} from '../../node/models/assessor/index.ts';
import { areaUnderCurve } from '../../node/models/index.ts';
import { minimiseByAdam } from '../../node/training/adam.ts';
import { assessorBatches, openAssessor } from '../../node/training/assessor-gradients.ts';
import { trainLocally } from '../../node/training/index.ts';
import { meanLabels, protocolRows, publishedNumbers, splitAt } from './risk-assessor/data.ts';

// The five-score risk network (24 → 64 → 32 → 5) on generated protocols: trained on the first four fifths of the time,
// judged on the last, by the area under the curve of each score over bad outcomes of the next 24 hours. Beside it: the
// best single input (chosen on training rows), a node alone, ten nodes federated in the clear (averaged after an epoch
// of Adam each), and, with `--clipped ROUNDS`, the same by clipped record gradients, as the other heads are federated.
//
//     node simulations/experiments/risk-assessor.ts --seeds 1 --nodes 10

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '10' },
    days: { type: 'string', default: '700' },
    rounds: { type: 'string', default: '60' },
    epochs: { type: 'string', default: '20' },
    clipped: { type: 'string', default: '0' },
  },
});
const [seeds, nodes, days] = [Number(values.seeds), Number(values.nodes), Number(values.days)];
const [rounds, epochs, clippedRounds] = [
  Number(values.rounds),
  Number(values.epochs),
  Number(values.clipped),
];
/** Hours between rows. */
const EVERY = 6;
const BATCH = 64;
const RATE = 3e-3;
/** Of a node's epoch in the first round: averaging takes most of a step back. */
const FEDERATED_RATE = 1e-2;
const DROPOUT = 0.2;
const print = (line: string) => process.stdout.write(`${line}\n`);
const cpu = () => process.cpuUsage().user / 1e6;

type Aucs = readonly (number | null)[];

function aucsOf(tell: (x: Float64Array) => Float64Array, test: AssessorExamples): Aucs {
  const told = tell(test.x);
  const outputs = RISK_SCORES.length;
  return RISK_SCORES.map((_, q) => {
    const pick = <T extends Float64Array | Uint8Array>(values: T) =>
      values.filter((_, i) => i % outputs === q);
    return areaUnderCurve(Float64Array.from(pick(told)), Uint8Array.from(pick(test.events)));
  });
}

/** For each score the input, with its sign, that ranks the training rows best. */
function singleFeatures(train: AssessorExamples) {
  const width = RISK_INPUTS.columns.length;
  return RISK_SCORES.map((_, q) => {
    const event = train.events.filter((_, i) => i % RISK_SCORES.length === q);
    let best = { column: 0, sign: 1, auc: 0 };
    for (let column = 0; column < width; column++) {
      const auc =
        areaUnderCurve(
          train.x.filter((_, i) => i % width === column),
          event,
        ) ?? 0.5;
      if (Math.max(auc, 1 - auc) > best.auc)
        best = { column, sign: auc >= 0.5 ? 1 : -1, auc: Math.max(auc, 1 - auc) };
    }
    return best;
  });
}

function trainAdam(
  assessor: RiskAssessor,
  start: Float64Array,
  set: AssessorExamples,
  passes: number,
  rate: number,
  seed: number,
) {
  const steps = Math.max(1, Math.round((passes * set.rows) / BATCH));
  const options = { steps, batch: BATCH, learningRate: rate };
  return minimiseByAdam(
    assessorBatches(assessor, set, { rate: DROPOUT, uniform: createPrng(seed, 0xd0).uniform }),
    start,
    set.rows,
    options,
    createPrng(seed, 0xada).uniform,
  );
}

function federate(
  assessor: RiskAssessor,
  start: Float64Array,
  sets: readonly AssessorExamples[],
  seed: number,
) {
  let global = start;
  for (let round = 0; round < rounds; round++) {
    const rate = (FEDERATED_RATE * (1 + Math.cos((Math.PI * round) / rounds))) / 2;
    const local = sets.map((set, i) =>
      trainAdam(assessor, global, set, 1, rate, seed * 1_000 + round * 100 + i),
    );
    global = global.map((_, j) => local.reduce((sum, own) => sum + own[j]!, 0) / local.length);
  }
  return global;
}

/** Clipped gradients of records, four steps a round, no noise: what the network does to its other heads. */
function federateByRecord(assessor: RiskAssessor, start: Float64Array, sets: readonly AssessorExamples[]) {
  const open = sets.map((set) => openAssessor(assessor, set));
  let global = start;
  for (let round = 0; round < clippedRounds; round++) {
    const updates = open.map((gradients, i) =>
      trainLocally(
        gradients,
        global,
        {
          unit: 'none',
          localSteps: 4,
          learningRate: 1,
          recordClipNorm: 1,
          noiseMultiplier: 0,
          gridBits: 20,
          nominalRecords: sets[i]!.records,
        },
        () => new Uint8Array(),
      ),
    );
    global = global.map((w, j) => w + updates.reduce((sum, own) => sum + own[j]!, 0) / updates.length);
  }
  return global;
}

const sums = new Map<string, number[][]>();
const add = (label: string, aucs: Aucs) => {
  const own = sums.get(label) ?? RISK_SCORES.map(() => []);
  for (const [q, auc] of aucs.entries()) if (auc !== null) own[q]?.push(auc);
  sums.set(label, own);
};

for (let seed = 1; seed <= seeds; seed++) {
  let started = cpu();
  const rows = Array.from({ length: nodes + 1 }, (_, venue) => protocolRows(seed, venue, days, EVERY));
  const [publicRows, ...own] = rows;
  if (publicRows === undefined) throw new RangeError('no public protocol');
  const cut = publicRows.hour[Math.floor(0.8 * publicRows.hour.length)]!;
  const numbers = publishedNumbers(publicRows, { from: 0, to: cut });
  const assessor = createAssessor(numbers);
  const sets = own.map((each) => splitAt(each, numbers, cut));
  const train = joinAssessorExamples(sets.map((set) => set.train));
  const test = joinAssessorExamples(sets.map((set) => set.test));
  print(
    `seed ${seed}: ${train.rows} training rows, ${test.rows} test rows, ${(cpu() - started).toFixed(0)} s of CPU to make`,
  );
  const start = initialAssessorWeights(
    assessor,
    meanLabels(publicRows, numbers, cut),
    createPrng(seed, 0x1417).normal,
  );
  const singles = singleFeatures(train);
  print(
    `  single inputs: ${singles.map(({ column, sign }) => `${sign < 0 ? '−' : ''}${RISK_INPUTS.columns[column]?.name}`).join(', ')}`,
  );
  const width = RISK_INPUTS.columns.length;
  add(
    'single input',
    aucsOf((x) => {
      const out = new Float64Array((x.length / width) * RISK_SCORES.length);
      for (let i = 0; i < x.length / width; i++) {
        for (const [q, { column, sign }] of singles.entries())
          out[i * RISK_SCORES.length + q] = sign * x[i * width + column]!;
      }
      return out;
    }, test),
  );
  const judge = (label: string, weights: Float64Array) => {
    add(
      label,
      aucsOf((x) => predictScores(assessor, weights, x), test),
    );
    print(`  ${label}: ${(cpu() - started).toFixed(0)} s of CPU`);
    started = cpu();
  };
  started = cpu();
  // Of two nodes, and each on all nodes' test rows: the same rows for all.
  for (const i of [0, 1])
    judge('one node alone', trainAdam(assessor, start, sets[i]!.train, epochs, RATE, seed));
  judge('pooled', trainAdam(assessor, start, train, epochs, RATE, seed));
  judge(
    'federated, clear',
    federate(
      assessor,
      start,
      sets.map((set) => set.train),
      seed,
    ),
  );
  if (clippedRounds > 0)
    judge(
      'federated, clipped records',
      federateByRecord(
        assessor,
        start,
        sets.map((set) => set.train),
      ),
    );
}
print(
  `${'AUC, held-out time'.padEnd(28)} ${RISK_SCORES.map((score) => score.padStart(10)).join(' ')}       mean`,
);
for (const [label, columns] of sums) {
  const means = columns.map((all) => all.reduce((a, b) => a + b, 0) / all.length);
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  print(`${label.padEnd(28)} ${[...means, mean].map((auc) => auc.toFixed(3).padStart(10)).join(' ')}`);
}
