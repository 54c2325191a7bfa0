import { AggregationError } from '../errors.ts';
import { meanOf } from '../kernels/mean.ts';
import { type SquaredDistances, visitPairs } from '../kernels/squared-distances.ts';
import { liarCount } from '../options.ts';
import { type AggregationResult, type AggregationRule, defineRule, type Rows } from '../rule.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';
import { firstTightest, searchBound } from './tightest-subset.ts';

export type MdaOptions = {
  /** Liars among the rows: the tightest n − f rows are averaged. */
  readonly f: number;
};

/** The most nodes of search trees that MDA may come to; see {@link mdaWork}. */
export const MDA_WORK_LIMIT = 2 ** 24;

/**
 * Minimum-diameter averaging: the mean of those n − f rows whose greatest ‖x_i − x_j‖² is least, summed by ascending
 * row; of several such sets the first in lexicographic order of the ascending row indices. Which of them that is
 * depends on the order of the rows, and sets of equal diameter are common: they share the two rows that are farthest
 * apart and differ in others.
 *
 * Found exactly, without walking over the n choose f sets: see {@link firstTightest}. Its cost still grows
 * exponentially with f; the most it can come to is computed from n and f before anything else is.
 *
 * Resists lies farther from all honest rows than those are from one another: an honest set of n − f rows is tighter
 * than any with such a lie. A lie that is taken is within the honest diameter Δ of every other row that is, so that f
 * of them move the mean by at most f/(n − f)·2Δ. Broken by more than f liars.
 *
 * Source: Rousseeuw, Multivariate estimation with high breakdown point, 1985; El Mhamdi, Guerraoui, Guirguis, Hoang,
 * Rouault, Genuinely Distributed Byzantine Machine Learning, 2020.
 *
 * @throws {UsageError} RULE_OPTION.
 * @throws {AggregationError} RULE_COST from `aggregate` where {@link mdaWork} passes {@link MDA_WORK_LIMIT}.
 */
export function mda(options: MdaOptions): AggregationRule {
  const f = liarCount('mda', options.f);
  return defineRule({
    name: 'mda',
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows, { kernels }) => {
      requireAffordable(rows.length, f);
      const distances = kernels.squaredDistances(rows);
      return tightestMean(rows, distances, firstTightest(distances, rows.length - f));
    },
  });
}

/** The most nodes of search trees that MDA with n rows and f liars comes to, whatever the rows hold. */
export function mdaWork(n: number, f: number): number {
  return searchBound(n, f);
}

function requireAffordable(n: number, f: number): void {
  const work = mdaWork(n, f);
  if (work <= MDA_WORK_LIMIT) return;
  throw new AggregationError(
    'RULE_COST',
    `mda with n = ${n} and f = ${f} may take ${work.toExponential(1)} steps of search, expected at most ${MDA_WORK_LIMIT}`,
    {
      metadata: { rule: 'mda', n, f, work, limit: MDA_WORK_LIMIT },
      hint: 'the cost grows with f; monna, or nnm before another rule, costs no more than the distances',
    },
  );
}

function tightestMean(
  rows: Rows,
  distances: SquaredDistances,
  selected: readonly number[],
): AggregationResult {
  const isIn = new Set(selected);
  const farthest = farthestOf(distances, isIn);
  const short = (squared: number): number => Number(Math.sqrt(squared).toPrecision(6));
  const diameter = short(selected.reduce((most, row) => Math.max(most, farthest[row]!), 0));
  const leftOut = [...rows.keys()]
    .filter((row) => !isIn.has(row))
    .map((row) => ({
      row,
      reason: `up to ${short(farthest[row]!)} from the ${selected.length} rows taken, which are within ${diameter}`,
    }));
  return { vector: meanOf(rows, selected), selected, leftOut };
}

/** Of each row the greatest squared distance to one of `chosen`. */
function farthestOf(distances: SquaredDistances, chosen: ReadonlySet<number>): Float64Array {
  const farthest = new Float64Array(distances.n);
  visitPairs(distances, (i, j, squared) => {
    if (chosen.has(j)) farthest[i] = Math.max(farthest[i]!, squared);
    if (chosen.has(i)) farthest[j] = Math.max(farthest[j]!, squared);
  });
  return farthest;
}
