import { UNIT_ROUNDOFF } from '../../roundoff.ts';
/** From Rényi divergences to (ε, δ), rounded up. `divergences[i]` is that of `orders[i]`, which is above 1. */

/**
 * The least ε that one of the orders proves at δ, and that order:
 * ε = D + log((α−1)/α) − (log δ + log α)/(α−1) (Canonne, Kamath and Steinke 2020, Proposition 12), D itself for the
 * infinite order; 0 where the total variation, at most √(1 − e^(−D)) (Bretagnolle and Huber 1979), is at most δ.
 *
 * @param delta from 0 to 1. At 0 only the infinite order can prove anything.
 * @returns ε infinite, and no order, where none proves anything.
 */
export function epsilonOfDivergences(
  orders: readonly number[],
  divergences: readonly number[],
  delta: number,
): { readonly epsilon: number; readonly order: number | undefined } {
  let best = Number.POSITIVE_INFINITY;
  let bestOrder: number | undefined;
  orders.forEach((order, i) => {
    const epsilon = epsilonAt(order, divergences[i] ?? Number.POSITIVE_INFINITY, delta);
    if (epsilon < best) [best, bestOrder] = [epsilon, order];
  });
  return { epsilon: best, order: bestOrder };
}

function epsilonAt(order: number, divergence: number, delta: number): number {
  if (divergence === Number.POSITIVE_INFINITY) return divergence;
  if (totalVariation(divergence) <= delta) return 0;
  if (order === Number.POSITIVE_INFINITY) return divergence;
  if (delta === 0) return Number.POSITIVE_INFINITY;
  const below = Math.log1p(-1 / order);
  const gained = (Math.log(delta) + Math.log(order)) / (order - 1);
  const error =
    8 *
    UNIT_ROUNDOFF *
    (divergence + Math.abs(below) + (Math.abs(Math.log(delta)) + Math.log(order)) / (order - 1));
  return Math.max(0, divergence + below - gained + error);
}

/**
 * The least δ that one of the orders proves at ε, 1 at most: e^((α−1)(D−ε))·(1 − 1/α)^α/(α − 1) (same source), the
 * total variation for ε ≥ 0, and δ(ε) = 1 − e^ε·(1 − δ(−ε)) for ε < 0.
 */
export function deltaOfDivergences(
  orders: readonly number[],
  divergences: readonly number[],
  epsilon: number,
): number {
  if (epsilon < 0) {
    const mirrored = deltaOfDivergences(orders, divergences, -epsilon);
    return Math.min(1, (-Math.expm1(epsilon) + Math.exp(epsilon) * mirrored) * (1 + 8 * UNIT_ROUNDOFF));
  }
  let best = 1;
  orders.forEach((order, i) => {
    best = Math.min(best, deltaAt(order, divergences[i] ?? Number.POSITIVE_INFINITY, epsilon));
  });
  return best;
}

function deltaAt(order: number, divergence: number, epsilon: number): number {
  if (divergence === Number.POSITIVE_INFINITY) return 1;
  const bound = totalVariation(divergence);
  if (order === Number.POSITIVE_INFINITY) return divergence <= epsilon ? 0 : bound;
  const rise = (order - 1) * (divergence - epsilon);
  const fall = order * Math.log1p(-1 / order) - Math.log(order - 1);
  const error = 8 * UNIT_ROUNDOFF * ((order - 1) * (divergence + epsilon) + Math.abs(fall) + 1);
  return Math.min(bound, Math.exp(rise + fall + error));
}

function totalVariation(divergence: number): number {
  return Math.sqrt(-Math.expm1(-divergence)) * (1 + 8 * UNIT_ROUNDOFF);
}
