import { digestOf } from '../../protocol/digest.ts';
import { gather, randomK } from '../compression/random-k.ts';
import { meanShiftClusters, type Point } from '../kernels/mean-shift.ts';
import { norms } from '../kernels/norms.ts';
import { weightedSum } from '../kernels/weighted-sum.ts';
import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule, type Rows } from '../rule.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';
import { weighted } from './weighted.ts';

export type SignGuardOptions = {
  /** Liars among the rows: for the condition only; the vector does not depend on it. */
  readonly f: number;
};

/** Norms that pass, as multiples of their median. */
const SHORTEST = 0.1;
const LONGEST = 3;
/** One coordinate in so many is drawn. */
const SAMPLED = 10;

/**
 * SignGuard: with M the median of the norms, a row passes where 0.1·M ≤ ‖x_i‖ ≤ 3·M, and agrees where it is in the
 * largest cluster by its counts of positive, zero and negative coordinates. The mean of x_i·min(1, M ÷ ‖x_i‖) over the
 * rows that pass and agree. n > 2f.
 *
 * Chosen where the paper leaves room: signs are counted in the ⌈d ÷ 10⌉ coordinates that `seed` draws, the random mask of
 * SHA-256(`ballast/signguard/1`, {seed}) (see {@link randomK}), or in all without a seed; clusters and their bandwidth are
 * those of {@link meanShiftClusters}; the largest cluster is the one with the most rows that pass, of equal ones that
 * with the better mode, so that never all rows are left out. This is the plain SignGuard: the variants add a cosine or
 * a distance to a reference to the counts.
 *
 * Resists: f liars at any distance, to a bound: the result is never longer than M, and M never longer than the longest
 * honest row; flipped signs, and noise that changes how many are positive. Broken by: lies of honest norm with the
 * honest count of signs, such as an honest row with its coordinates in another order, since which coordinate has which
 * sign is not looked at.
 *
 * `weights` are the min(1, M ÷ ‖x_i‖), 0 for rows left out. Order of arithmetic: {@link norms}; M the middle one, or half
 * the sum of two; M ÷ ‖x_i‖ once a row; {@link weightedSum}.
 *
 * Source: Xu, Huang, Song, Lan, Byzantine-robust Federated Learning through Collaborative Malicious Gradient Filtering,
 * 2022.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function signGuard(options: SignGuardOptions): AggregationRule {
  const f = liarCount('signguard', options.f);
  return defineRule({
    name: 'signguard',
    f,
    condition: MAJORITY_CONDITION,
    takes: ['seed'],
    apply: (rows, { seed }) => {
      const { lengths, median, passes, clusters } = signClusters(rows, seed);
      const agreeing = new Set(largestOf(clusters, passes));
      const weights = lengths.map((length, row) => {
        if (!passes[row] || !agreeing.has(row)) return 0;
        return length <= median ? 1 : median / length;
      });
      const count = weights.filter((weight) => weight !== 0).length;
      return weighted(weightedSum(rows, weights, count), weights, (row) =>
        passes[row]
          ? `its signs are not those of the largest cluster, of ${agreeing.size} rows`
          : `norm ${Number(lengths[row]!.toPrecision(4))}, expected ${SHORTEST} to ${LONGEST} times the median ${Number(median.toPrecision(4))}`,
      );
    },
  });
}

/** What {@link signGuard} decides by: norms and their median, which rows pass, and the clusters by their signs. */
function signClusters(
  rows: Rows,
  seed: string | undefined,
): {
  readonly lengths: Float64Array;
  readonly median: number;
  readonly passes: readonly boolean[];
  readonly clusters: readonly (readonly number[])[];
} {
  const lengths = norms(rows);
  const median = middleOf(lengths);
  const passes = Array.from(
    lengths,
    (length) => length < Infinity && length >= SHORTEST * median && length <= LONGEST * median,
  );
  return { lengths, median, passes, clusters: meanShiftClusters(signCounts(rows, seed)) };
}

function middleOf(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  return n % 2 === 1 ? sorted[n >> 1]! : (sorted[n / 2 - 1]! + sorted[n / 2]!) / 2;
}

/** The cluster with the most rows that pass, of equal ones the first. */
function largestOf(clusters: readonly (readonly number[])[], passes: readonly boolean[]): readonly number[] {
  let largest: readonly number[] = [];
  let most = 0;
  for (const cluster of clusters) {
    const passing = cluster.filter((row) => passes[row]).length;
    if (passing <= most) continue;
    most = passing;
    largest = cluster;
  }
  return largest;
}

/** Of each row how many of its coordinates are positive, zero and negative. */
function signCounts(rows: Rows, seed: string | undefined): Point[] {
  const d = rows[0]?.length ?? 0;
  const mask =
    seed === undefined
      ? undefined
      : randomK(d, Math.ceil(d / SAMPLED), digestOf('ballast/signguard/1', { seed }));
  return rows.map((row) => {
    const values = mask === undefined ? row : gather(row, mask);
    let positive = 0;
    let negative = 0;
    for (const value of values) {
      if (value > 0) positive++;
      else if (value < 0) negative++;
    }
    return [positive, values.length - positive - negative, negative];
  });
}
