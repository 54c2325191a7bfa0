import type { HourRange } from '../../../node/data/index.ts';
import { type ExampleSet, type PegHorizon, WARMUP_HOURS } from '../../../node/features/index.ts';
import {
  baselineQuantiles,
  createModel,
  fitPublicNumbers,
  forecastQuantiles,
  modelSpec,
  type PublicNumbers,
  pinballLosses,
  type StabilityModel,
} from '../../../node/models/index.ts';
import { float64Engine, openHeads, type RecordGradients } from '../../../node/training/index.ts';
import { joinPegExamples } from '../join-examples.ts';
import { type Coins, type History, rowsBetween, trainingRows } from './histories.ts';

export type TaskOptions = {
  readonly coins: Coins;
  readonly histories: readonly History[];
  readonly horizon: PegHorizon;
  /** Rows that judge, of every coin. All that is fitted is fitted on labels before its first hour. */
  readonly test: HourRange;
  readonly norms: Norms;
};

/** L2 bounds of a record's gradient and of a round's update. */
export type Norms = { readonly record: number; readonly update: number };

/** Who trains on what, and what judges the result: one horizon, a network of its own. */
export type Task = {
  readonly horizon: PegHorizon;
  readonly model: StabilityModel;
  readonly nodes: readonly TaskNode[];
  /** All nodes' records in one hand. */
  readonly pooled: { readonly gradients: RecordGradients; readonly records: number };
  /** Days that a history of this kind has, a public number: what sums of gradients are divided by. */
  readonly declaredDays: number;
  readonly judges: ReadonlyMap<string, Judge>;
};

export type TaskNode = { readonly name: string; readonly coin: string; readonly gradients: RecordGradients };

/** One coin's held-out rows. */
export type Judge = {
  readonly hour: Float64Array;
  /** Pinball loss of B2 by row, bp. */
  readonly baseline: Float64Array;
  /** The same of a forecast by these weights, gated as a network's forecasts are. */
  readonly losses: (weights: Float64Array) => Float64Array;
};

export function openTask({ coins, histories, horizon, test, norms }: TaskOptions): Task {
  const before = [...coins.values()].map((series) =>
    rowsBetween(series, horizon, Number.NEGATIVE_INFINITY, test.from - horizon),
  );
  const numbers = fitPublicNumbers(joinPegExamples(before));
  const model = pegNetwork(horizon, numbers, norms);
  const sets = histories.map((history) => trainingRows(history, horizon));
  const all = joinPegExamples(sets);
  const days = histories.map(({ series }) => (series.deviation.length - WARMUP_HOURS) / 24);
  return {
    horizon,
    model,
    nodes: histories.map(({ name, coin }, i) => ({
      name,
      coin,
      gradients: openHeads(float64Engine, model, { peg: sets.slice(i, i + 1) }),
    })),
    pooled: { gradients: float64Engine.open(pegOf(model), all), records: all.records },
    declaredDays: Math.round(days.reduce((sum, count) => sum + count, 0) / days.length),
    judges: new Map(
      [...coins].map(([coin, series]) => [
        coin,
        judgeOf(model, numbers, rowsBetween(series, horizon, test.from, test.to)),
      ]),
    ),
  };
}

/** A linear network of one horizon, without a risk head. */
function pegNetwork(horizon: PegHorizon, numbers: PublicNumbers, norms: Norms): StabilityModel {
  return createModel(
    modelSpec({
      peg: { kind: 'linear' },
      pegNumbers: [{ horizon, numbers }],
      recordClipNorms: { peg: norms.record, risk: norms.record },
      updateClipNorms: { peg: norms.update, risk: norms.update },
      riskDeadBand: 0,
    }),
  );
}

function judgeOf(model: StabilityModel, numbers: PublicNumbers, rows: ExampleSet): Judge {
  return {
    hour: rows.hour,
    baseline: pinballLosses(baselineQuantiles('B2', numbers, rows), rows),
    losses: (weights) => pinballLosses(forecastQuantiles(pegOf(model), weights, numbers, rows), rows),
  };
}

function pegOf({ heads }: StabilityModel) {
  const [head] = heads.peg;
  if (head === undefined) throw new RangeError('model: got no peg head, expected one');
  return head.model;
}
