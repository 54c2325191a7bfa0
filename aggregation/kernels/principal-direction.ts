import { type SquaredDistances, visitPairs } from './squared-distances.ts';
import { topEigenpair } from './top-eigenpair.ts';
import { sumOf } from './weighted-sum.ts';

export type PrincipalDirection = {
  /** The largest eigenvalue of the rows' weighted covariance Σ w_i (x_i − μ)(x_i − μ)ᵀ ÷ Σ w_i; 0 where all agree. */
  readonly variance: number;
  /**
   * Length n: the square of each row's projection, from μ, on that eigenvalue's eigenvector, as a share of the largest.
   * All 0 where the variance is, and 0 for rows of weight 0.
   */
  readonly shares: Float64Array;
};

/**
 * The direction in which weighted rows vary most, from their squared distances alone: nothing of size d × d, nor any
 * further pass over d coordinates.
 *
 * With p_i = w_i ÷ Σ w, a_i = Σ_j p_j D_ij and b = Σ_i p_i a_i the inner products of centred rows are
 * G_ij = (a_i + a_j − D_ij − b) ÷ 2 (double centring: Torgerson, Multidimensional Scaling, 1952). The covariance
 * shares its largest eigenvalue with √p_i G_ij √p_j; with u its eigenvector there, row i projects on
 * Σ_j G_ij √p_j u_j, but for a factor that all rows share.
 *
 * Distances are divided by the largest among rows of weight > 0 first. One beyond float64 counts as
 * {@link Number.MAX_VALUE}: enough to find who is that far off. Sums go by ascending index.
 */
export function principalDirection(distances: SquaredDistances, weights: Float64Array): PrincipalDirection {
  const { n } = distances;
  const { square, scale } = scaledSquare(distances, weights);
  const none = { variance: 0, shares: new Float64Array(n) };
  if (scale === 0) return none;
  const total = sumOf(weights);
  const roots = weights.map((weight) => Math.sqrt(weight / total));
  const gram = centred(square, n, weights, total);
  const { value, vector } = topEigenpair(
    gram.map((x, at) => x * roots[Math.floor(at / n)]! * roots[at % n]!),
    n,
  );
  if (!(value > 0)) return none;
  let largest = 0;
  const squares = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (weights[i] === 0) continue;
    let sum = 0;
    for (let j = 0; j < n; j++) sum += gram[i * n + j]! * roots[j]! * vector[j]!;
    squares[i] = sum * sum;
    largest = Math.max(largest, squares[i]!);
  }
  return { variance: value * scale, shares: squares.map((x) => x / largest) };
}

/** All distances as n rows of n, rows of weight 0 left at 0, and what they were divided by. */
function scaledSquare(
  distances: SquaredDistances,
  weights: Float64Array,
): { readonly square: Float64Array; readonly scale: number } {
  const { n } = distances;
  const square = new Float64Array(n * n);
  let scale = 0;
  visitPairs(distances, (i, j, squared) => {
    if (weights[i] === 0 || weights[j] === 0) return;
    const distance = Math.min(squared, Number.MAX_VALUE);
    square[i * n + j] = square[j * n + i] = distance;
    scale = Math.max(scale, distance);
  });
  return { square: scale === 0 ? square : square.map((x) => x / scale), scale };
}

function centred(square: Float64Array, n: number, weights: Float64Array, total: number): Float64Array {
  const means = new Float64Array(n);
  let mean = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += weights[j]! * square[i * n + j]!;
    means[i] = sum / total;
    mean += weights[i]! * means[i]!;
  }
  mean /= total;
  return square.map((x, at) => {
    const i = Math.floor(at / n);
    const j = at % n;
    return weights[i] === 0 || weights[j] === 0 ? 0 : (means[i]! + means[j]! - x - mean) / 2;
  });
}
