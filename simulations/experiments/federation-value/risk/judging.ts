import { createPrng, type HourRange } from '../../../../node/data/index.ts';
import {
  areaUnderCurve,
  drawBlocks,
  type Estimate,
  estimateRows,
  openAuc,
} from '../../../../node/models/metrics/index.ts';
import type { GainDraws } from '../judging.ts';

/** Labels of a day hang together over days, and an event is one or two weeks. */
const BLOCK_HOURS = 48;
const RESAMPLES = 1_000;

/** The rows of one asset that judge: each row's hour, and whether a fall followed it. */
export type JudgedRows = { readonly hour: Float64Array; readonly event: Uint8Array };

/** Scores of an asset's rows, or of all assets' one after the other, and the rows. */
export type Ranking = { readonly score: Float64Array; readonly rows: JudgedRows };

/** Areas under curves in one event; all figures share their blocks of hours, so that every difference is paired. */
export type RiskBench = {
  /** Mean over rankings, of the rows as they are; NaN where none has falls and calm. */
  readonly area: (rankings: readonly Ranking[]) => number;
  /** The same with its interval. */
  readonly auc: (rankings: readonly Ranking[]) => Estimate;
  /** Mean over pairs of the area of `ours` less that of `theirs`. */
  readonly gain: (ours: readonly Ranking[], theirs: readonly Ranking[]) => Estimate;
  /** `gain`, and what it is in each resample; NaN where a resample has no fall, or nothing else. */
  readonly gainDraws: (ours: readonly Ranking[], theirs: readonly Ranking[]) => GainDraws;
};

/** @param seed of the resamples. */
export function openRiskBench({ from, to }: HourRange, seed = 1): RiskBench {
  const drawn = drawBlocks(to - from, {
    blockLength: BLOCK_HOURS,
    resamples: RESAMPLES,
    level: 0.95,
    uniform: createPrng(seed, 0xa0c).uniform,
  });
  const over = (groups: readonly (readonly Ranking[])[], figure: (areas: readonly number[]) => number) => {
    // How often each row is taken, for all rankings of the same rows at once.
    const taken = new Map(
      groups.flat().map(({ rows }) => [rows, new Uint16Array(rows.hour.length)] as const),
    );
    const opened = groups.map((group) =>
      group.map(({ score, rows }) => ({
        area: openAuc(score, rows.event),
        times: taken.get(rows) ?? new Uint16Array(score.length),
      })),
    );
    return (byHour: Uint16Array): number | null => {
      for (const [{ hour }, times] of taken)
        for (let i = 0; i < times.length; i++) times[i] = byHour[hour[i]! - from]!;
      const areas = opened.map((group) => meanOf(group.flatMap(({ area, times }) => area(times) ?? [])));
      return areas.includes(Number.NaN) ? null : figure(areas);
    };
  };
  const difference = ([a = Number.NaN, b = Number.NaN]: readonly number[]) => a - b;
  const estimate = (figure: (byHour: Uint16Array) => number | null): Estimate =>
    estimateRows(drawn, figure) ?? { value: Number.NaN, low: null, high: null };
  return {
    area: (rankings) =>
      meanOf(rankings.flatMap(({ score, rows }) => areaUnderCurve(score, rows.event) ?? [])),
    auc: (rankings) => estimate(over([rankings], ([area = Number.NaN]) => area)),
    gain: (ours, theirs) => estimate(over([ours, theirs], difference)),
    gainDraws: (ours, theirs) => {
      const figure = over([ours, theirs], difference);
      const draws: number[] = [];
      const { value } = estimate((byHour) => {
        const one = figure(byHour);
        draws.push(one ?? Number.NaN);
        return one;
      });
      return { value, draws: draws.slice(1) };
    },
  };
}

/** NaN of nothing. */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
