import { createPrng } from '../../../node/data/index.ts';
import { joinColumns, type RiskExamples } from '../../../node/features/index.ts';
import { empiricalQuantile } from '../../../node/models/index.ts';
import {
  type BlockResamples,
  drawBlocks,
  type Estimate,
  estimateRows,
  openAuc,
} from '../../../node/models/metrics/index.ts';
import type { SplitAsset } from './perpetuals.ts';

/** Labels of a day hang together over days, and assets fall together: ten days of all assets stay one block. */
const BLOCK_HOURS = 240;
const RESAMPLES = 500;
/** An event is a fall beyond this share of the asset's own training rows. */
export const EVENT_SHARE = 0.05;

/** Blocks of hours, and how often each row is in a resample of them. */
export type Resampled = {
  readonly drawn: BlockResamples;
  readonly perRow: (byHour: Uint16Array) => Uint16Array;
};

/** Rows of several assets, judged together. */
export type Bench = Resampled & {
  readonly rows: number;
  readonly eventShare: number;
  readonly auc: (score: Float64Array) => number;
  /** AUC of `score` less that of `other`, over the same blocks of hours. */
  readonly gain: (score: Float64Array, other: Float64Array) => Estimate;
};

/** Events by each asset's own training quantile: what is judged, never what is trained on. */
export function openBench(assets: readonly SplitAsset[]): Bench {
  const event = Uint8Array.from(
    assets.flatMap(({ train, test }) => {
      const threshold = empiricalQuantile(train.drawdown, 1 - EVENT_SHARE);
      return [...test.drawdown].map((fall) => (fall > threshold ? 1 : 0));
    }),
  );
  const hour = joined(assets, ({ hour: own }) => own);
  const first = hour.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const last = hour.reduce((most, value) => Math.max(most, value), 0);
  const drawn = drawBlocks(last - first + 1, {
    blockLength: BLOCK_HOURS,
    resamples: RESAMPLES,
    level: 0.95,
    uniform: createPrng(0xd4a3).uniform,
  });
  const times = new Uint16Array(event.length);
  const perRow = (byHour: Uint16Array) => {
    for (let i = 0; i < times.length; i++) times[i] = byHour[hour[i]! - first]!;
    return times;
  };
  return {
    drawn,
    perRow,
    rows: event.length,
    eventShare: event.reduce((sum, hit) => sum + hit, 0) / event.length,
    auc: (score) => openAuc(score, event)(new Uint16Array(event.length).fill(1)) ?? Number.NaN,
    gain: (score, other) => {
      const [own, against] = [openAuc(score, event), openAuc(other, event)];
      const estimate = estimateRows(drawn, (byHour) => {
        const taken = perRow(byHour);
        const [a, b] = [own(taken), against(taken)];
        return a === null || b === null ? null : a - b;
      });
      if (estimate === null) throw new RangeError('bench: got no event, expected some');
      return estimate;
    },
  };
}

/** A column of every asset's test rows, one after the other. */
export function joined(
  assets: readonly SplitAsset[],
  of: (test: RiskExamples) => Float64Array,
): Float64Array {
  return joinColumns(assets.map(({ test }) => of(test)));
}
