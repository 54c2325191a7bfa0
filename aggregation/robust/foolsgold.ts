import { cosines } from '../kernels/cosines.ts';
import { naturalLog } from '../kernels/natural-log.ts';
import { sumOf, weightedSum } from '../kernels/weighted-sum.ts';
import { liarCount } from '../options.ts';
import { type AggregationRule, defineRule } from '../rule.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';
import { weighted } from './weighted.ts';

export type FoolsGoldOptions = {
  /** Liars among the rows: for the condition only; the vector does not depend on it. */
  readonly f: number;
};

/** A difference of direction below this counts as none. */
const SAME = 2 ** -30;

/**
 * FoolsGold: the more a row points where another does, the less it weighs. With c_ij the cosine of two rows and
 * v_i = max(0, max_j c_ij):
 *
 * 1. pardon: where v_j > v_i, c_ij ← c_ij·v_i ÷ v_j, so that an honest row is not blamed for one that copies it;
 * 2. a_i = 1 − max(0, max_j c_ij), then a_i ← a_i ÷ max a;
 * 3. a_i ← ln(a_i ÷ (1 − a_i)) + ½, cut to 0 … 1; 1 where a_i is 1, 0 where it is 0.
 *
 * The result is Σ a_i·x_i ÷ Σ a_i, or 0 where all a_i are 0: where every row points where another does, all are taken for
 * copies.
 *
 * Otherwise than the paper: its cosines are of each node's sum of updates over all rounds, and here of the rows given,
 * because nothing is kept between rounds (who has histories passes them as rows); features are not weighed; Σ a_i·x_i is
 * divided by Σ a_i, since the step must not grow with n; a_i below 2^−30 before step 2 counts as 0; ln is
 * {@link naturalLog}. The max(0, …) are those of the authors' code.
 *
 * Resists: one liar under many names, of which the copies lose their weight, in any number as long as one row is honest.
 * Broken by: a single liar, who copies nobody and weighs as much as the best; liars who take pains to differ; honest
 * nodes with like data, who are taken for copies. It states no bound: n > 2f is asked as of the other rules, and is no
 * promise.
 *
 * `weights` are the a_i. Order of arithmetic: {@link cosines}; maxima; {@link weightedSum}.
 *
 * Source: Fung, Yoon, Beschastnikh, The Limitations of Federated Learning in Sybil Settings, 2020, algorithm 1.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function foolsGold(options: FoolsGoldOptions): AggregationRule {
  const f = liarCount('foolsgold', options.f);
  return defineRule({
    name: 'foolsgold',
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows, { kernels }) => {
      const weights = foolsGoldWeights(cosines(rows, kernels), rows.length);
      const total = sumOf(weights);
      const vector = total === 0 ? new Float64Array(rows[0]?.length ?? 0) : weightedSum(rows, weights, total);
      return weighted(vector, weights, () => 'weight 0: it points where another row does');
    },
  });
}

/** The a_i of {@link foolsGold}. @param cosine n × n by rows, 0 on the diagonal. */
function foolsGoldWeights(cosine: Float64Array, n: number): Float64Array {
  const rowsOf = (values: Float64Array): Float64Array[] =>
    Array.from({ length: n }, (_, i) => values.subarray(i * n, (i + 1) * n));
  const nearest = rowsOf(cosine).map(greatest);
  const pardoned = cosine.map((c, at) => {
    const mine = nearest[Math.floor(at / n)]!;
    const its = nearest[at % n]!;
    return its > mine ? (c * mine) / its : c;
  });
  const apart = Float64Array.from(rowsOf(pardoned), (row) => {
    const difference = 1 - greatest(row);
    return difference < SAME ? 0 : difference;
  });
  const most = greatest(apart);
  return apart.map((a) => (a === 0 ? 0 : logit(a / most)));
}

/** ln(a ÷ (1 − a)) + ½ cut to 0 … 1; of a = 1 the quotient is infinite, and the result 1. */
function logit(a: number): number {
  return Math.min(1, Math.max(0, naturalLog(a / (1 - a)) + 0.5));
}

/** The greatest value, 0 where none is above it. */
function greatest(values: Float64Array): number {
  return values.reduce((most, x) => Math.max(most, x), 0);
}
