import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createPrng, hourOfDate } from '../../node/data/index.ts';
import { type ExampleSet, PEG_HORIZONS } from '../../node/features/index.ts';
import { barsOfSeries, openHistory, PEG_CHANNELS, schemaRows } from '../../node/features/library/index.ts';
import {
  anchorQuantiles,
  createPegModel,
  fitPublicNumbers,
  pinballLosses,
  QUANTILE_LEVELS,
} from '../../node/models/index.ts';
import {
  createLstm,
  forecastWindows,
  initialLstmWeights,
  type LstmExamples,
  lstmLoss,
  PEG_LSTM,
} from '../../node/models/lstm/index.ts';
import { createEngine } from '../../node/training/index.ts';
import { LSTM_TRAINING, trainLstm } from '../../node/training/lstm-training.ts';
import { tensorflowLstm } from '../../node/training/tensorflow-lstm.ts';
import { joinPegExamples } from './join-examples.ts';
import { type Coin, loadOracles, rowsOf } from './peg-horizons/data.ts';
import { type Losses, lossesOf, skillsOf } from './peg-horizons/judge.ts';
import { trainByAdam } from './peg-horizons/training.ts';

// What the published LSTM (15 channels, 48 hours, 128 and 64 units, nine quantiles) reaches on four oracles, trained in
// one place before May 2022 on the first four fifths of that time, stopped on the last fifth, tested after; and what
// noise by record would do to it. The linear and the small perceptron stand beside it, on the same test rows.
//
//     node simulations/experiments/peg-lstm.ts --epochs 12 --every 4
//
// `--every` is the hours between two training rows: windows overlap, and one in four says nearly all. The recorded
// markets are read from BALLAST_DATA (../shared/data unless set).

const { values } = parseArgs({
  options: { epochs: { type: 'string', default: '12' }, every: { type: 'string', default: '4' } },
});
const [epochs, every] = [Number(values.epochs), Number(values.every)];
const TEST_EVERY = 24;
const CUT = hourOfDate('2022-05-01');
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);
const cpu = () => process.cpuUsage().user / 1e6;
const LEVELS = PEG_HORIZONS.flatMap(() => [...QUANTILE_LEVELS]);

/** One coin: its channels by hour, and rows whose three labels are known. */
type Windows = {
  readonly channels: Float64Array;
  readonly startHour: number;
  readonly byHorizon: readonly ExampleSet[];
  /** Hours whose window and label at every horizon are known. */
  readonly hours: readonly number[];
};

function windowsOf(coin: Coin, rows: ReturnType<typeof rowsOf>): Windows {
  const bars = barsOfSeries(coin.series);
  const { x } = schemaRows(
    PEG_CHANNELS,
    openHistory({ bars }),
    bars.map(({ time }) => time),
  );
  const byHorizon = PEG_HORIZONS.map((horizon) => rows(coin, horizon, [ALWAYS])[0]!);
  const known = byHorizon.map(({ hour }) => new Set(hour));
  const first = coin.series.startHour + PEG_LSTM.steps;
  const hours = [...byHorizon[0]!.hour].filter(
    (hour) => hour >= first && known.every((own) => own.has(hour)),
  );
  return { channels: x, startHour: coin.series.startHour, byHorizon, hours };
}

/** All coins' windows at the given hours, one after the other. */
function examplesOf(coins: readonly Windows[], pick: (hour: number) => boolean): LstmExamples {
  const channels = new Float64Array(coins.reduce((sum, coin) => sum + coin.channels.length, 0));
  const start: number[] = [];
  const y: number[] = [];
  let offset = 0;
  for (const coin of coins) {
    channels.set(coin.channels, offset * PEG_LSTM.inputs);
    const places = coin.byHorizon.map(({ hour }) => new Map([...hour].map((own, i) => [own, i])));
    for (const hour of coin.hours.filter(pick)) {
      // The window ends with the row's own hour.
      start.push(offset + hour - coin.startHour - PEG_LSTM.steps + 1);
      for (const [h, set] of coin.byHorizon.entries()) {
        const label = set.y[places[h]?.get(hour) ?? -1] ?? Number.NaN;
        for (const _ of QUANTILE_LEVELS) y.push(label);
      }
    }
    offset += coin.channels.length / PEG_LSTM.inputs;
  }
  return {
    rows: start.length,
    channels,
    start: Uint32Array.from(start),
    y: Float64Array.from(y),
    levels: LEVELS,
  };
}

/** Rows of a set at some hours. */
function thin(set: ExampleSet, keep: (hour: number) => boolean): ExampleSet {
  const taken = [...set.hour.keys()].filter((i) => keep(set.hour[i]!));
  const column = (values: Float64Array) => Float64Array.from(taken, (i) => values[i]!);
  return {
    ...set,
    rows: taken.length,
    records: 1,
    recordStart: Int32Array.of(0, taken.length),
    x: Float64Array.from(taken.flatMap((i) => [...set.x.subarray(i * set.width, (i + 1) * set.width)])),
    y: column(set.y),
    scale: column(set.scale),
    deviation: column(set.deviation),
    hour: column(set.hour),
    flags: Uint8Array.from(taken, (i) => set.flags[i]!),
  };
}

async function study(folder: string): Promise<void> {
  const coins = await loadOracles(folder);
  const rows = rowsOf();
  const windows = coins.map((coin) => windowsOf(coin, rows));
  const starts = windows.map(({ hours }) => hours[0]!);
  const hold = Math.floor(Math.min(...starts) + 0.8 * (CUT - Math.min(...starts)));
  const train = examplesOf(windows, (hour) => hour < hold - 24 && hour % every === 0);
  const held = examplesOf(windows, (hour) => hour >= hold && hour < CUT - 24 && hour % 24 === 1);
  const isTest = (hour: number) => hour >= CUT && hour % TEST_EVERY === 0;
  const test = windows.map((own) => examplesOf([own], isTest));
  const engine = await createEngine('tfjs');
  const model = createLstm(PEG_LSTM);
  print(
    `${model.size} weights, ${train.rows} training, ${held.rows} public and ${test.reduce((n, t) => n + t.rows, 0)} test windows, ${engine.name}`,
  );
  const began = cpu();
  const gradients = tensorflowLstm(model, train);
  const run = trainLstm(
    gradients,
    initialLstmWeights(model, createPrng(1, 0x15).uniform),
    Uint32Array.from({ length: train.rows }, (_, i) => i),
    (weights) => {
      const loss = lstmLoss(model, weights, held);
      print(`  public loss ${loss.toFixed(4)} after ${(cpu() - began).toFixed(0)} s of CPU`);
      return loss;
    },
    { ...LSTM_TRAINING, epochs },
    createPrng(1, 0x16).uniform,
  );
  gradients.dispose();
  print(`best epoch ${run.bestEpoch} of ${run.losses.length}, ${(cpu() - began).toFixed(0)} s of CPU in all`);
  print('horizon  model    weights        B0        B2        B3     cover');
  for (const [h, horizon] of PEG_HORIZONS.entries()) {
    const fitting = joinPegExamples(
      coins.flatMap((coin) => rows(coin, horizon, [{ ...ALWAYS, to: CUT - horizon }])),
    );
    const numbers = fitPublicNumbers(fitting);
    const known = windows.map(({ hours }) => new Set(hours));
    const tests = windows.map(({ byHorizon }, c) =>
      thin(byHorizon[h]!, (hour) => isTest(hour) && known[c]!.has(hour)),
    );
    const line = (label: string, size: number, losses: readonly Losses[]) => {
      const { B0, B2, B3, coverage } = skillsOf(losses);
      print(
        `${`${horizon} h`.padEnd(7)}  ${label.padEnd(7)}  ${String(size).padStart(7)}  ${[B0, B2, B3].map(({ skill }) => percent(skill)).join('  ')}  ${percent(coverage)}`,
      );
    };
    for (const [label, spec] of [
      ['linear', { kind: 'linear' }],
      ['mlp 16', { kind: 'mlp', hidden: 16 }],
    ] as const) {
      const peg = createPegModel(spec, horizon);
      const forecaster = { model: peg, weights: trainByAdam(peg, fitting), numbers };
      line(
        label,
        peg.size,
        tests.map((set) => lossesOf(forecaster, set)),
      );
    }
    const none = createPegModel({ kind: 'linear' }, horizon);
    line(
      'lstm',
      model.size,
      tests.map((set, c) => {
        const told = forecastWindows(model, run.weights, test[c]!);
        const f = Float64Array.from(
          { length: set.rows * 3 },
          (_, k) => told[Math.floor(k / 3) * 9 + h * 3 + (k % 3)]!,
        );
        const quantiles = anchorQuantiles(f, numbers, set);
        let inside = 0;
        for (let i = 0; i < set.rows; i++) {
          const actual = set.deviation[i]! + set.scale[i]! * set.y[i]!;
          if (actual >= quantiles[3 * i]! && actual <= quantiles[3 * i + 2]!) inside++;
        }
        const forecaster = { model: none, weights: new Float64Array(none.size), numbers };
        return {
          ...lossesOf(forecaster, set),
          model: pinballLosses(quantiles, set),
          coverage: inside / set.rows,
        };
      }),
    );
  }
}

/** Expected norm of the noise on a step's mean gradient, in units of the clip norm: z · √d / (n · nodes). */
function noise(): void {
  print('noise on a step, in clip norms (noise multiplier 8, 256 records a node)');
  print('weights      1 node   10 nodes   50 nodes');
  for (const size of [
    57,
    3_845,
    createLstm({ ...PEG_LSTM, units: [16, 8] }).size,
    createLstm(PEG_LSTM).size,
  ]) {
    // Each node's own noise, averaged.
    const share = [1, 10, 50].map((nodes) => (8 * Math.sqrt(size)) / (256 * Math.sqrt(nodes)));
    print(`${String(size).padStart(7)}  ${share.map((value) => value.toFixed(2).padStart(9)).join('  ')}`);
  }
}

noise();
const folder = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
if (existsSync(folder)) await study(folder);
else print(`nothing at ${folder}: set BALLAST_DATA to the recorded markets`);
