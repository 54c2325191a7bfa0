import { squaredDistancesTo } from '../kernels/distances-to.ts';
import { pull } from '../kernels/pull.ts';
import type { Rows } from '../rule.ts';

/** The rows as seen from a point. */
export type View = {
  /** ‖x_i − z‖ of each row; infinite where its square leaves the range of float64. */
  readonly distances: Float64Array;
  /** w_i = 1 ÷ max(ν, ‖x_i − z‖); 0 for rows on the point where ν is 0, and for rows infinitely far. */
  readonly weights: Float64Array;
  /** W = Σ w_i by ascending row. */
  readonly total: number;
  /** R = Σ w_i·(x_i − z) by ascending row; where ν is 0 the sum of the unit vectors toward the rows off the point. */
  readonly pull: Float64Array;
};

/** What Weiszfeld's step from `point` is made of, with the smoothing ν = `smoothing` ≥ 0. */
export function viewFrom(rows: Rows, point: Float64Array, smoothing: number): View {
  const distances = squaredDistancesTo(rows, point).map((squared) => Math.sqrt(squared));
  const weights = distances.map((distance) => {
    const length = Math.max(distance, smoothing);
    return length === 0 ? 0 : 1 / length;
  });
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  return { distances, weights, total, pull: pull(rows, weights, point) };
}

/** z + share·(R ÷ W), coordinate by coordinate. */
export function stepped(point: Float64Array, { pull: sum, total }: View, share = 1): Float64Array {
  return point.map((x, k) => x + share * (sum[k]! / total));
}

/** ‖R‖, the square root of the sum of squares by ascending coordinate. */
export function lengthOf(vector: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < vector.length; k++) sum += vector[k]! * vector[k]!;
  return Math.sqrt(sum);
}

/** Whether the step is at most `tolerance`·n ÷ W, that share of the harmonic mean of the distances: ‖R‖ ≤ tolerance·n. */
export function isShort(view: View, tolerance: number): boolean {
  return lengthOf(view.pull) <= tolerance * view.weights.length;
}

/** By ascending row onto 0. */
export function sumOf(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
