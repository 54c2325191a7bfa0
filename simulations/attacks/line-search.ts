/** `evaluations` ≥ 1 of the function in all; the first step > 0; what a step that did not gain leaves of it, below 1. */
export type LineSearch = {
  readonly evaluations: number;
  readonly step: number;
  readonly contraction: number;
};

/** What ByzFL's optimised attacks use. */
const BYZFL_SEARCH: LineSearch = { evaluations: 20, step: 10, contraction: 0.8 };

/**
 * The x ≥ 0 with the largest value found, from 0 on; each trial is a step beyond the best x so far. As long as every
 * trial gains the step doubles; from the first that does not, each trial leaves a smaller one, whether it gains or not.
 * Equal values do not count as gain, so x is 0 where nothing tried beats it.
 *
 * It never turns back, and finds no maximum below the first step that its contractions step over.
 *
 * Source: the search of ByzFL's Optimal_InnerProductManipulation and Optimal_ALittleIsEnough.
 */
export function lineMaximum(value: (x: number) => number, search: LineSearch = BYZFL_SEARCH): number {
  let step = search.step;
  let best = { x: 0, value: value(0) };
  let expands = true;
  for (let left = search.evaluations - 1; left > 0; left--) {
    const x = best.x + step;
    const found = value(x);
    const gains = found > best.value;
    if (gains) best = { x, value: found };
    expands = expands && gains;
    step *= expands ? 2 : search.contraction;
  }
  return best.x;
}
