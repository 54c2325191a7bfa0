import { distancesFrom, squaredDistances } from '../../aggregation/index.ts';
import {
  type Attack,
  type AttackOptions,
  attackOptionError,
  honestOf,
  PERTURBATIONS,
  type Perturbation,
} from './attack.ts';
import { deviationOfHonest, meanOfHonest } from './moments.ts';

/**
 * Min-Max: the mean of the honest updates μ + γp with the largest γ for which the lie is no farther from any honest
 * update than two of them are from each other: max_i ‖μ + γp − x_i‖ ≤ max_ij ‖x_i − x_j‖. See {@link directionOf}
 * for p. The condition is quadratic in γ for each i, so γ is its least positive root, to rounding; the paper halves
 * intervals.
 *
 * Source: Shejwalkar and Houmansadr, Manipulating the Byzantine, 2021, section IV-C.
 *
 * @throws {UsageError} ATTACK_OPTION.
 */
export function minMax(options: Pick<AttackOptions, 'perturbation'> = {}): Attack {
  return farthest('min-max', options, (offsets, p, honest) => {
    const bound = maximum(squaredDistances(honest).values);
    const size = dot(p, p);
    let gamma = Number.POSITIVE_INFINITY;
    for (const a of offsets) {
      // ‖a + γp‖² = bound, where a = μ − x_i and ‖a‖² ≤ bound.
      const half = dot(a, p);
      const rest = Math.max(0, bound - dot(a, a));
      gamma = Math.min(gamma, (Math.sqrt(half * half + size * rest) - half) / size);
    }
    return gamma;
  });
}

/**
 * Min-Sum: as {@link minMax}, under Σ_i ‖μ + γp − x_i‖² ≤ max_i Σ_j ‖x_i − x_j‖².
 *
 * Source: Shejwalkar and Houmansadr, Manipulating the Byzantine, 2021, section IV-D.
 *
 * @throws {UsageError} ATTACK_OPTION.
 */
export function minSum(options: Pick<AttackOptions, 'perturbation'> = {}): Attack {
  return farthest('min-sum', options, (offsets, p, honest) => {
    const distances = squaredDistances(honest);
    const bound = maximum(honest.map((_, i) => sum(distancesFrom(distances, i))));
    // The offsets from the mean sum to zero, so the mixed term vanishes.
    const spread = sum(offsets.map((a) => dot(a, a)));
    return Math.sqrt(Math.max(0, bound - spread) / (honest.length * dot(p, p)));
  });
}

/**
 * The direction p away from the honest mean μ: `std` minus the population standard deviation of each coordinate (n
 * in the denominator), `uv` −μ/‖μ‖, `sgn` minus the sign of each coordinate of μ, 0 for 0.
 */
export function directionOf(
  perturbation: Perturbation,
  mean: Float64Array,
  honest: readonly Float64Array[],
): Float64Array {
  if (perturbation === 'sgn') return mean.map((x) => -Math.sign(x));
  if (perturbation === 'std') return deviationOfHonest(honest, mean, 'population').map((x) => -x);
  const norm = Math.sqrt(dot(mean, mean));
  return mean.map((x) => (norm === 0 ? 0 : -x / norm));
}

/** @param gammaOf of the offsets μ − x_i and a direction that is not 0. */
function farthest(
  name: string,
  { perturbation = 'std' }: Pick<AttackOptions, 'perturbation'>,
  gammaOf: (offsets: readonly Float64Array[], p: Float64Array, honest: readonly Float64Array[]) => number,
): Attack {
  if (!PERTURBATIONS.includes(perturbation)) {
    throw attackOptionError(name, 'perturbation', perturbation, PERTURBATIONS.join(', '));
  }
  return {
    name,
    needs: 'honest',
    random: false,
    craft: (view) => {
      const honest = honestOf(name, view);
      const mean = meanOfHonest(honest);
      const p = directionOf(perturbation, mean, honest);
      if (p.every((x) => x === 0)) return mean;
      const gamma = gammaOf(
        honest.map((row) => mean.map((x, k) => x - row[k]!)),
        p,
        honest,
      );
      return mean.map((x, k) => x + gamma * p[k]!);
    },
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, x, k) => total + x * b[k]!, 0);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function maximum(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}
