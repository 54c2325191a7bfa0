import { pinball } from '../pinball.ts';
import { refused, requireColumns, requireQuantiles } from './input.ts';

/**
 * Mean pinball loss of each row over its levels (Koenker and Bassett 1978), in the unit of the actuals.
 *
 * @param quantiles rows × levels, row-major, ascending in a row.
 * @throws BallastError `METRIC_INPUT`, as all metrics here.
 */
export function pinballRows(
  quantiles: Float64Array,
  levels: readonly number[],
  actual: Float64Array,
): Float64Array {
  const rows = requireQuantiles(quantiles, levels, actual);
  const losses = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (const [q, level] of levels.entries()) {
      sum += pinball(level, quantiles[i * levels.length + q]!, actual[i]!);
    }
    losses[i] = sum / levels.length;
  }
  return losses;
}

/** What central intervals did, row by row; a value on a bound is inside. */
export type IntervalRows = {
  /** 1 where the actual lies inside. */
  readonly inside: Float64Array;
  readonly width: Float64Array;
  /** Winkler's score: width + 2/α · what the actual lies outside by (Gneiting and Raftery 2007, eq. 43). */
  readonly score: Float64Array;
};

/**
 * @param nominal share that the intervals should cover, such as 0.8.
 * @throws BallastError `METRIC_INPUT`, also for a low above its high.
 */
export function intervalRows(
  low: Float64Array,
  high: Float64Array,
  actual: Float64Array,
  nominal: number,
): IntervalRows {
  const rows = requireColumns({ actual, low, high });
  if (!(nominal > 0 && nominal < 1)) throw refused('nominal', String(nominal), 'a share in (0, 1)');
  const inside = new Float64Array(rows);
  const width = new Float64Array(rows);
  const score = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const [from, to, at] = [low[i]!, high[i]!, actual[i]!];
    if (from > to) throw refused(`low[${i}]`, String(from), `no more than the high, ${to}`);
    const outside = Math.max(from - at, at - to, 0);
    inside[i] = outside === 0 ? 1 : 0;
    width[i] = to - from;
    score[i] = to - from + (2 / (1 - nominal)) * outside;
  }
  return { inside, width, score };
}

/** Column `q` of quantiles, rows × width. */
export function quantileColumn(quantiles: Float64Array, width: number, q: number): Float64Array {
  return Float64Array.from({ length: quantiles.length / width }, (_, i) => quantiles[i * width + q]!);
}
