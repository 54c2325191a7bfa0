import type { Aggregator } from '../index.ts';

/** Curvatures of the coordinates: one is a hundred times as flat as another. */
const CURVATURES = [1, 0.3, 0.1, 0.03, 0.01];
const NODES = 4;
const LOCAL_STEPS = 5;
const LEARNING_RATE = 0.1;
const START = 1;

/** Each node's own optimum; together they have theirs at 0. */
function optimum(node: number, k: number): number {
  return 0.2 * (k % 2 === 0 ? node - (NODES - 1) / 2 : (NODES - 1) / 2 - node);
}

/**
 * A federated task that can be followed by hand: node i goes `LOCAL_STEPS` gradient steps on ½ Σ h_k·(w_k − a_ik)²,
 * all from w_k = 1. The losses after each round are ½ Σ h_k·w_k², 0 at the common optimum.
 */
export function lossesOf(aggregator: Aggregator, rounds: number): number[] {
  let weights = new Float64Array(CURVATURES.length).fill(START);
  let state = aggregator.initialState(weights.length);
  return Array.from({ length: rounds }, () => {
    const rows = Array.from({ length: NODES }, (_, node) => localUpdate(weights, node));
    const step = aggregator.aggregate(rows, state);
    state = step.state;
    weights = weights.map((w, k) => w + (step.update[k] ?? Number.NaN));
    return loss(weights);
  });
}

/** The round, from 1, after which the loss is at most `target` for good; infinite where it never is. */
export function roundsTo(losses: readonly number[], target: number): number {
  const last = losses.findLastIndex((value) => !(value <= target));
  return last === losses.length - 1 ? Number.POSITIVE_INFINITY : last + 2;
}

export const INITIAL_LOSS = loss(new Float64Array(CURVATURES.length).fill(START));

function localUpdate(weights: Float64Array, node: number): Float64Array {
  const local = Float64Array.from(weights);
  for (let step = 0; step < LOCAL_STEPS; step++) {
    for (const [k, h] of CURVATURES.entries())
      local[k] = local[k]! - LEARNING_RATE * h * (local[k]! - optimum(node, k));
  }
  return local.map((w, k) => w - weights[k]!);
}

function loss(weights: Float64Array): number {
  return CURVATURES.reduce((sum, h, k) => sum + (h * weights[k]! * weights[k]!) / 2, 0);
}
