import { BallastError } from '../../../protocol/errors.ts';
import { MAX_ROWS } from './input.ts';

/** A figure and the percentile interval that resampling gives it; null where too few resamples had one. */
export type Estimate = {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
};

export type ResampleOptions = {
  /** Rows that stay together: longer than what hangs together over time. Cut to a third of the rows. */
  readonly blockLength: number;
  readonly resamples: number;
  /** Nominal coverage, such as 0.95. */
  readonly level: number;
  /** Uniform in [0, 1); seeded, so that a report can be repeated. */
  readonly uniform: () => number;
};

/** Resamples of rows by the moving-block bootstrap (Künsch 1989), drawn once: whatever shares them is paired. */
export type BlockResamples = {
  readonly rows: number;
  readonly blockLength: number;
  readonly level: number;
  /** First rows of the blocks, resample after resample. */
  readonly starts: Int32Array;
  readonly blocks: number;
  readonly resamples: number;
};

/** The most resamples of one set. */
export const MAX_RESAMPLES = 100_000;

/** @throws BallastError `BOOTSTRAP_INPUT` for fewer than 2 rows, or numbers out of range. */
export function drawBlocks(
  rows: number,
  { blockLength, resamples, level, uniform }: ResampleOptions,
): BlockResamples {
  const whole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  if (
    !whole(rows, 2, MAX_ROWS) ||
    !whole(blockLength, 1, MAX_ROWS) ||
    !whole(resamples, 1, MAX_RESAMPLES) ||
    !(level > 0 && level < 1)
  ) {
    throw new BallastError(
      'BOOTSTRAP_INPUT',
      `bootstrap: got ${rows} rows, blocks of ${blockLength}, ${resamples} resamples, level ${level}, expected 2 to ` +
        `${MAX_ROWS} rows, blocks from 1, 1 to ${MAX_RESAMPLES} resamples and a level in (0, 1)`,
      { metadata: { rows, blockLength, resamples, level } },
    );
  }
  // With fewer than three blocks every resample would be nearly the same rows.
  const length = Math.max(1, Math.min(blockLength, Math.floor(rows / 3)));
  const blocks = Math.ceil(rows / length);
  const starts = Int32Array.from({ length: resamples * blocks }, () =>
    Math.floor(uniform() * (rows - length + 1)),
  );
  return { rows, blockLength: length, level, starts, blocks, resamples };
}

/**
 * A function of sums over rows, such as a mean, a ratio or a skill, at the cost of a few additions a block.
 *
 * @param columns one value a row each, of `drawn.rows` rows.
 * @param figure of the columns' sums; NaN where it is not defined.
 */
export function estimateSums(
  drawn: BlockResamples,
  columns: readonly Float64Array[],
  figure: (sums: readonly number[]) => number,
): Estimate {
  const { rows, blockLength, starts, blocks, resamples } = drawn;
  for (const column of columns) requireRows(column.length, rows);
  const prefixes = columns.map(prefixSums);
  const found: number[] = [];
  for (let k = 0; k < resamples; k++) {
    const sums = prefixes.map((prefix) => {
      let [sum, left] = [0, rows];
      for (let b = 0; b < blocks; b++) {
        const start = starts[k * blocks + b]!;
        sum += prefix[start + Math.min(blockLength, left)]! - prefix[start]!;
        left -= blockLength;
      }
      return sum;
    });
    found.push(figure(sums));
  }
  return interval(figure(prefixes.map((prefix) => prefix[rows]!)), found, drawn);
}

/** Mean of `values`. */
export function estimateMean(drawn: BlockResamples, values: Float64Array): Estimate {
  return estimateSums(drawn, [values], ([sum = Number.NaN]) => sum / drawn.rows);
}

/** Skill 1 − Σ loss / Σ baseline, both losses of the same rows, and so paired. */
export function estimateSkill(drawn: BlockResamples, loss: Float64Array, baseline: Float64Array): Estimate {
  return estimateSums(drawn, [loss, baseline], ([own = Number.NaN, other = Number.NaN]) => 1 - own / other);
}

/**
 * Any other figure, such as an area under a curve.
 *
 * @param figure of how often each row was taken; null or NaN where it is not defined.
 */
export function estimateRows(
  drawn: BlockResamples,
  figure: (times: Uint16Array) => number | null,
): Estimate | null {
  const { rows, blockLength, starts, blocks, resamples } = drawn;
  const value = figure(new Uint16Array(rows).fill(1));
  if (value === null || Number.isNaN(value)) return null;
  const times = new Uint16Array(rows);
  const found: number[] = [];
  for (let k = 0; k < resamples; k++) {
    times.fill(0);
    let left = rows;
    for (let b = 0; b < blocks; b++) {
      const start = starts[k * blocks + b]!;
      const end = start + Math.min(blockLength, left);
      for (let row = start; row < end; row++) times[row]! += 1;
      left -= blockLength;
    }
    const one = figure(times);
    if (one !== null) found.push(one);
  }
  return interval(value, found, drawn);
}

/** Percentiles; without them where fewer than nine in ten resamples had the figure. */
function interval(value: number, found: readonly number[], { resamples, level }: BlockResamples): Estimate {
  const sorted = Float64Array.from(found.filter(Number.isFinite)).sort();
  if (sorted.length < 0.9 * resamples) return { value, low: null, high: null };
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { value, low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

function prefixSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + values[i]!;
  return sums;
}

function requireRows(given: number, expected: number): void {
  if (given === expected) return;
  throw new BallastError('BOOTSTRAP_INPUT', `bootstrap: got ${given} rows, expected ${expected}, as drawn`, {
    metadata: { given, expected },
  });
}
