import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createDataClock, generateMarket, generateVenue } from '../../node/data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  type ExampleSet,
  type RiskExamples,
  withMirror,
} from '../../node/features/index.ts';
import { createModel, genesisOf, mainPegHead, type PegModelSpec } from '../../node/models/index.ts';
import {
  countRecords,
  createEngine,
  defaultModelSpec,
  openHeads,
  type RecordGradients,
  TRAINING_DEFAULTS,
  type TrainingEngine,
} from '../../node/training/index.ts';
import { type MechanismOptions, noisyRowSum } from '../../privacy/index.ts';
import * as float64 from './training-bench/plain-float64.ts';
import * as tensorflow from './training-bench/plain-tensorflow.ts';

// What record privacy costs a training step: gradients by record, clipped, on the grid, summed and noised, beside the
// mean gradient of the same rows without any of it, and beside a loop over single records.
//
//     node simulations/experiments/record-gradients-bench.ts --repeat 60
//
// Each figure is the fastest of its repetitions, which take turns: whatever else the machine does only adds. Exits with
// 1 when a ratio passes 3.

const ALLOWED = 3;
const HIDDEN = 8;
/** Untimed repetitions before: code is compiled while it runs. */
const WARMUP = 20;
const print = (line: string) => process.stdout.write(`${line}\n`);

type Case = {
  readonly label: string;
  readonly rows: number;
  readonly weights: Float64Array;
  readonly clipNorm: number;
  readonly open: () => RecordGradients;
  /** One record alone; of two heads at once there is none. */
  readonly openOne?: (record: number) => RecordGradients;
  /** Where each record's rows begin, of the one head. */
  readonly starts?: Int32Array;
  readonly records: number;
  readonly plain: float64.PlainGradient;
};

const feed = generateVenue(1, 0);
const reference = generateMarket(1, 0);
const clock = createDataClock(feed, { rounds: 10 });
const range = clock.training(1);
const peg = withMirror(buildExamples(computeFeatures(generateVenue(1, 1)), range));
const risk = buildRiskExamples(computeMarketFeatures(generateMarket(1, 1), reference), range);

function modelOf(spec: PegModelSpec) {
  const model = createModel(defaultModelSpec({ feed, market: reference, fitting: clock.fitting }, spec));
  const weights = genesisOf(model).map((weight, j) => weight + 0.05 * Math.sin(j + 1));
  return { model, weights };
}

function casesOf(engine: TrainingEngine): Case[] {
  const linear = modelOf({ kind: 'linear' });
  const mlp = modelOf({ kind: 'mlp', hidden: HIDDEN });
  const isFloat64 = engine.name === 'float64';
  const pegCase = (label: string, own: typeof linear): Case => {
    const { model, weights } = own;
    const { offset, size, recordClipNorm, model: head } = mainPegHead(model);
    return {
      label: `${label}, ${size} weights`,
      rows: peg.rows,
      records: peg.records,
      weights: weights.slice(offset, offset + size),
      clipNorm: recordClipNorm,
      open: () => engine.open(head, peg),
      openOne: (record) => engine.open(head, oneOf(peg, record)),
      starts: peg.recordStart,
      plain: plainOf(own),
    };
  };
  const head = linear.model.heads.risk;
  if (head === undefined) throw new Error('the default model has a risk head');
  const plainRisk = isFloat64 ? float64.plainRisk(head.model, risk) : tensorflow.plainRisk(head.model, risk);
  const plainOf = ({ model }: typeof linear): float64.PlainGradient => {
    const { model: own } = mainPegHead(model);
    if (!isFloat64) return tensorflow.plainPeg(own, peg);
    return own.spec.kind === 'linear'
      ? float64.plainLinear(own, peg)
      : float64.plainMlp(own, own.spec.hidden, peg);
  };
  /** What a node trains: both heads' gradients, clipped each and together, in one release. */
  const bothCase = (label: string, both: typeof linear): Case => {
    const { model, weights } = both;
    const { size } = mainPegHead(model);
    const plainPeg = plainOf(both);
    return {
      label: `${label}, ${model.size} weights`,
      rows: peg.rows + risk.rows,
      records: countRecords({ peg: [peg], risk }),
      weights,
      clipNorm: TRAINING_DEFAULTS.recordClipNorm,
      open: () => openHeads(engine, model, { peg: [peg], risk }),
      plain: (w) => {
        const gradient = new Float64Array(model.size);
        gradient.set(plainPeg(w.subarray(0, size)));
        gradient.set(plainRisk(w.subarray(size)), size);
        return gradient;
      },
    };
  };
  return [
    pegCase('peg, linear', linear),
    pegCase(`peg, mlp of ${HIDDEN}`, mlp),
    {
      label: `risk, ${head.size} weights`,
      rows: risk.rows,
      records: risk.records,
      weights: linear.weights.slice(head.offset, head.offset + head.size),
      clipNorm: head.recordClipNorm,
      open: () => engine.openRisk(head.model, risk),
      openOne: (record) => engine.openRisk(head.model, oneOf(risk, record)),
      starts: risk.recordStart,
      plain: plainRisk,
    },
    bothCase('both, peg linear', linear),
    bothCase(`both, peg mlp of ${HIDDEN}`, mlp),
  ];
}

/** One record alone. */
function oneOf<T extends ExampleSet | RiskExamples>(set: T, record: number): T {
  const [from, to] = [set.recordStart[record] ?? 0, set.recordStart[record + 1] ?? 0];
  const cut = Object.entries(set).map(([name, column]) => {
    if (!(column instanceof Float64Array || column instanceof Uint8Array)) return [name, column];
    const columns = column.length / set.rows;
    return [name, column.slice(from * columns, to * columns)];
  });
  return {
    ...Object.fromEntries(cut),
    records: 1,
    rows: to - from,
    recordStart: Int32Array.of(0, to - from),
  } as T;
}

/** Milliseconds of each act, taking turns. */
function timed(acts: readonly (() => void)[], repeat: number): number[] {
  const fastest = acts.map(() => Number.POSITIVE_INFINITY);
  for (let round = -WARMUP; round < repeat; round++) {
    for (const [i, act] of acts.entries()) {
      const started = performance.now();
      act();
      if (round >= 0) fastest[i] = Math.min(fastest[i]!, performance.now() - started);
    }
  }
  return fastest;
}

/** The largest difference between the mean of a record's gradients, weighted by its rows, and the plain gradient. */
function disagreement(set: Case, starts: Int32Array, open: RecordGradients): number {
  const rows = open.perRecord(set.weights);
  const plain = set.plain(set.weights);
  const size = plain.length;
  const mean = new Float64Array(size);
  for (let r = 0; r < set.records; r++) {
    const share = ((starts[r + 1] ?? 0) - (starts[r] ?? 0)) / set.rows;
    for (let j = 0; j < size; j++) mean[j]! += share * rows[r * size + j]!;
  }
  return mean.reduce((worst, value, j) => Math.max(worst, Math.abs(value - plain[j]!)), 0);
}

/** The same release with gradients taken one record at a time. */
function oneByOne(
  set: Case,
  openOne: (record: number) => RecordGradients,
  options: MechanismOptions,
): number {
  const single = Array.from({ length: set.records }, (_, record) => openOne(record));
  const size = set.weights.length;
  const rows = new Float64Array(set.records * size);
  const act = () => {
    for (const [r, one] of single.entries()) rows.set(one.perRecord(set.weights), r * size);
    noisyRowSum(rows, size, options, randomBytes);
  };
  const [milliseconds = 0] = timed([act], 5);
  for (const one of single) one.dispose();
  return milliseconds;
}

const { values } = parseArgs({ options: { repeat: { type: 'string', default: '60' } } });
const repeat = Number(values.repeat);
const { noiseMultiplier, gridBits } = TRAINING_DEFAULTS;
let worst = 0;
print(
  'engine     model                            records   rows  private ms  plain ms  ratio  one by one ms  ratio',
);
for (const name of ['float64', 'tfjs'] as const) {
  const engine = await createEngine(name);
  for (const each of casesOf(engine)) {
    const open = each.open();
    const tolerance = name === 'float64' ? 1e-12 : 1e-5;
    if (each.starts !== undefined) {
      const difference = disagreement(each, each.starts, open);
      if (!(difference < tolerance)) throw new Error(`${each.label}: gradients differ by ${difference}`);
    }
    const options = { clipNorm: each.clipNorm, noiseMultiplier, gridBits };
    const size = each.weights.length;
    const own = () => void noisyRowSum(open.perRecord(each.weights), size, options, randomBytes);
    const [mine = 0, plain = 0] = timed([own, () => void each.plain(each.weights)], repeat);
    const loop = each.openOne === undefined ? undefined : oneByOne(each, each.openOne, options);
    open.dispose();
    worst = Math.max(worst, mine / plain);
    print(
      [
        engine.name.padEnd(10),
        each.label.padEnd(31),
        String(each.records).padStart(8),
        String(each.rows).padStart(6),
        mine.toFixed(2).padStart(11),
        plain.toFixed(2).padStart(9),
        (mine / plain).toFixed(2).padStart(6),
        (loop?.toFixed(1) ?? '–').padStart(14),
        (loop === undefined ? '–' : (loop / mine).toFixed(1)).padStart(6),
      ].join(' '),
    );
  }
}
print(`largest ratio to plain training ${worst.toFixed(2)}, allowed ${ALLOWED}`);
if (worst > ALLOWED) process.exitCode = 1;
