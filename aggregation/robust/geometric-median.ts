import { countOption, liarCount, optionError, positiveOption } from '../options.ts';
import { type AggregationResult, type AggregationRule, defineRule, type Rows } from '../rule.ts';
import { beyondRange } from './clipped-pull.ts';
import { coordinateMedian, MAJORITY_CONDITION } from './coordinate-wise.ts';
import { exactMedian, type Found, type Search } from './geometric-median-search.ts';
import { isShort, stepped, sumOf, viewFrom } from './weiszfeld.ts';

export type GeometricMedianOptions = {
  /** Liars among the rows: for the condition only; the vector does not depend on it. */
  readonly f: number;
  /** The most steps, a whole number ≥ 1; 1000 where left out. */
  readonly iterations?: number;
  /** It stops where a step is at most this share of the harmonic mean of the distances; 1e−12 where left out. */
  readonly tolerance?: number;
  /** ν: the least distance that a row is taken to have, ≥ 0; 0 where left out, which is the median itself. */
  readonly smoothing?: number;
};

/**
 * Geometric median: the z with the least Σ ‖x_i − z‖, by Weiszfeld's steps z ← z + Σ w_i·(x_i − z) ÷ Σ w_i with
 * w_i = 1 ÷ ‖x_i − z‖, from the coordinate-wise median; all sums by ascending row.
 *
 * A row is the median where the unit vectors toward the other rows add up to no more than the number of rows that lie
 * on it. Steps approach such a row without end, so the row nearest to z is tried, each row once, and returned as it is.
 * From a row that is not the median the step of Vardi and Zhang leads away; it is taken where its end is the better.
 * Where steps shrink slowly, near a row, they are drawn out to where they lead; see {@link exactMedian}.
 * It stops where a step is at most `tolerance`·n ÷ Σ w_i, or after `iterations` steps with what it has then. Where the
 * median is not unique, with rows on one line, it is the one nearest to the coordinate-wise median.
 *
 * A row whose squared distance leaves the range of float64 has weight 0. `weights` are the shares w_i ÷ Σ w_i that
 * the last step was made with; where a row is returned, shared by the rows that lie on it.
 *
 * Resists f < n/2 liars anywhere: the result is no farther than 2·(n − f)/(n − 2f)·r from any point that all honest
 * rows are within r of. Each liar pulls as hard as an honest row, however far away it is; so lies shift it within the
 * honest spread, and near f = n/2 far beyond. Broken by n/2 liars: they name the point.
 *
 * Source: Weiszfeld, Sur le point pour lequel la somme des distances de n points donnés est minimum, 1937; Vardi,
 * Zhang, The multivariate L1-median and associated data depth, 2000; the bound, Minsker, Geometric median and robust
 * estimation in Banach spaces, 2015, lemma 2.1.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function geometricMedian(options: GeometricMedianOptions): AggregationRule {
  const name = 'geometric-median';
  const f = liarCount(name, options.f);
  const iterations = countOption(name, 'iterations', options.iterations, 1000);
  const tolerance = positiveOption(name, 'tolerance', options.tolerance, 1e-12);
  const smoothing = requireSmoothing(name, options.smoothing ?? 0);
  return defineRule({
    name,
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows, { kernels }) => {
      const start = coordinateMedian(rows, kernels);
      const search = { iterations, tolerance, smoothing };
      return told(rows, smoothing > 0 ? smoothed(rows, start, search) : exactMedian(rows, start, search));
    },
  });
}

/**
 * ByzFL's geometric median: `iterations` Weiszfeld steps from 0 with w_i = 1 ÷ max(ν, ‖x_i − z‖), without looking
 * whether they have arrived. With its defaults, T = 3 and ν = 0.1, they have not: what it gives depends on where 0 is.
 *
 * Resists less than the geometric median: honest rows within r of 0, with r ≥ ν, keep it within
 * (1 + n/(n − f))^T·r of 0 only. Rows shorter than ν that lie together give their mean.
 *
 * Source: Pillutla, Kakade, Harchaoui, Robust Aggregation for Federated Learning, 2022, algorithm 2, as in the library
 * ByzFL 2024 (GeometricMedian).
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function geometricMedianByzfl(options: Omit<GeometricMedianOptions, 'tolerance'>): AggregationRule {
  const name = 'geometric-median/byzfl';
  const f = liarCount(name, options.f);
  const iterations = countOption(name, 'iterations', options.iterations, 3);
  const smoothing = requireSmoothing(name, options.smoothing ?? 0.1);
  if (smoothing === 0) throw optionError(name, 'smoothing', 0, 'a finite number > 0');
  return defineRule({
    name,
    f,
    condition: MAJORITY_CONDITION,
    apply: (rows) => {
      const start = new Float64Array(rows[0]?.length ?? 0);
      return told(rows, smoothed(rows, start, { iterations, smoothing, tolerance: 0 }));
    },
  });
}

function smoothed(
  rows: Rows,
  start: Float64Array,
  { iterations, tolerance, smoothing }: Search & { readonly smoothing: number },
): Found {
  let point = start;
  let view = viewFrom(rows, point, smoothing);
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (iteration > 0) view = viewFrom(rows, point, smoothing);
    point = stepped(point, view);
    if (isShort(view, tolerance)) break;
  }
  return { vector: point, view };
}

function told(rows: Rows, { vector, view }: Found): AggregationResult {
  const { distances } = view;
  const isOnRow = view.weights.some((weight, i) => weight === 0 && distances[i] === 0);
  const weights = isOnRow ? distances.map((distance) => (distance === 0 ? 1 : 0)) : view.weights;
  const total = sumOf(weights);
  return {
    vector,
    selected: [...rows.keys()],
    leftOut: beyondRange(distances.map((distance) => (distance === Number.POSITIVE_INFINITY ? 0 : 1))),
    weights: weights.map((weight) => weight / total),
  };
}

function requireSmoothing(rule: string, smoothing: number): number {
  if (Number.isFinite(smoothing) && smoothing >= 0) return smoothing;
  throw optionError(rule, 'smoothing', smoothing, 'a finite number ≥ 0');
}
