import { createPrng } from '../../../node/data/index.ts';
import { drawBlocks, type Estimate, estimateSums } from '../../../node/models/metrics/index.ts';
import type { Judge } from './task.ts';

/** What one forecaster lost on one coin's rows, beside B2. */
export type Scored = { readonly losses: Float64Array; readonly baseline: Float64Array };

/** Blocks of the bootstrap, hours: 24-hour labels hang together over days. A short event has blocks of two days. */
const BLOCK_HOURS = 5 * 24;
const SHORT_BLOCK_HOURS = 48;
const SHORT_ROWS = 60 * 24;
const RESAMPLES = 1_000;

/** Figures of one set of held-out hours; all share their resamples, so that every difference is paired. */
export type Bench = {
  /** Mean over `scored` of the skill against B2. */
  readonly skill: (scored: readonly Scored[]) => Estimate;
  /** Mean over pairs of the skill of `ours` less that of `theirs`. */
  readonly gain: (ours: readonly Scored[], theirs: readonly Scored[]) => Estimate;
  /** `gain`, and what it is in each resample. */
  readonly gainDraws: (ours: readonly Scored[], theirs: readonly Scored[]) => GainDraws;
  /** (ours − theirs) / (best − theirs), of means over pairs. */
  readonly share: (ours: readonly Scored[], theirs: readonly Scored[], best: readonly Scored[]) => Estimate;
};

/** A gain and its resamples. */
export type GainDraws = { readonly value: number; readonly draws: readonly number[] };

/**
 * Mean of gains over rows that have no hour in common: their resamples are independent, and paired by number. A resample
 * in which one of them is not defined is left out.
 */
export function meanGain(gains: readonly GainDraws[]): Estimate {
  const draws = Array.from({ length: RESAMPLES }, (_, k) => mean(gains.map((one) => one.draws[k]!)))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return {
    value: mean(gains.map(({ value }) => value)),
    low: draws[Math.floor(0.025 * draws.length)] ?? null,
    high: draws[Math.floor(0.975 * draws.length)] ?? null,
  };
}

/**
 * @param judges of coins whose rows are of the same hours.
 * @param seed of the resamples.
 */
export function openBench(judges: Iterable<Judge>, seed = 1): Bench {
  const [first, ...rest] = judges;
  if (first === undefined) throw new RangeError('judges: got none, expected one or more');
  for (const { hour } of rest) {
    if (hour.length !== first.hour.length || hour[0] !== first.hour[0])
      throw new RangeError('judges: got rows of different hours, expected the same');
  }
  const rows = first.hour.length;
  const drawn = drawBlocks(rows, {
    blockLength: rows < SHORT_ROWS ? SHORT_BLOCK_HOURS : BLOCK_HOURS,
    resamples: RESAMPLES,
    level: 0.95,
    uniform: createPrng(seed, 0xfed).uniform,
  });
  const over = (groups: readonly (readonly Scored[])[], figure: (skills: readonly number[]) => number) => {
    const columns = [...new Set(groups.flat().flatMap(({ losses, baseline }) => [losses, baseline]))];
    const place = new Map(columns.map((column, k) => [column, k]));
    const terms = groups.map((group) =>
      group.map(({ losses, baseline }) => [place.get(losses) ?? 0, place.get(baseline) ?? 0] as const),
    );
    return estimateSums(drawn, columns, (sums) =>
      figure(terms.map((group) => mean(group.map(([own, b2]) => 1 - sums[own]! / sums[b2]!)))),
    );
  };
  const gain: Bench['gain'] = (ours, theirs) =>
    over([ours, theirs], ([a = Number.NaN, b = Number.NaN]) => a - b);
  return {
    skill: (scored) => over([scored], ([skill = Number.NaN]) => skill),
    gain,
    gainDraws: (ours, theirs) => {
      const draws: number[] = [];
      const { value } = over([ours, theirs], ([a = Number.NaN, b = Number.NaN]) => {
        draws.push(a - b);
        return a - b;
      });
      return { value, draws: draws.slice(0, RESAMPLES) };
    },
    share: (ours, theirs, best) =>
      over([ours, theirs, best], ([a = Number.NaN, b = Number.NaN, c = Number.NaN]) => (a - b) / (c - b)),
  };
}

/** Mean losses of several runs of one forecaster, such as of five seeds. */
export function meanScored(runs: readonly Scored[]): Scored {
  const [first] = runs;
  if (first === undefined) throw new RangeError('runs: got none, expected one or more');
  const losses = new Float64Array(first.losses.length);
  for (const run of runs) for (let i = 0; i < losses.length; i++) losses[i]! += run.losses[i]! / runs.length;
  return { losses, baseline: first.baseline };
}

/** Skill of the rows as they are. */
export function skillOf({ losses, baseline }: Scored): number {
  return 1 - sum(losses) / sum(baseline);
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
