/** What an interval of a mean is computed from, one observation after the other; observations lie in [−1, 1]. */
export type MeanState = {
  readonly count: number;
  readonly sum: number;
  /** Squared distances of the observations from the mean of those before each. */
  readonly variation: number;
};

export const NO_OBSERVATIONS: MeanState = { count: 0, sum: 0, variation: 0 };

/** Width of what observations lie in. */
const RANGE = 2;
/** Stakes that are mixed: all below 1 / RANGE. */
const STAKES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.45] as const;

/** @param value within [−1, 1]; what lies beyond is cut off. */
export function addObservation({ count, sum, variation }: MeanState, value: number): MeanState {
  const x = Math.max(-1, Math.min(1, value));
  const expected = count === 0 ? 0 : sum / count;
  return { count: count + 1, sum: sum + x, variation: variation + (x - expected) ** 2 };
}

/**
 * An interval of the mean of all observations' conditional expectations that holds at all times at once, however often
 * it is looked at and whenever one stops: P(it ever misses) ≤ 1 − level. Expectations may change from one observation
 * to the next (empirical Bernstein: Howard, Ramdas, McAuliffe and Sekhon 2021, theorem 4; for forecasters compared over
 * time Choe and Ramdas 2024). Of each side a mixture of exponential supermartingales over fixed stakes.
 */
export function meanInterval(
  state: MeanState,
  level: number,
): { readonly mean: number; readonly low: number; readonly high: number } {
  const { count, sum, variation } = state;
  if (count === 0) return { mean: 0, low: -1, high: 1 };
  const wanted = Math.log(2 / (1 - level));
  const low = lowerBound(sum, variation, count, wanted);
  const high = -lowerBound(-sum, variation, count, wanted);
  return { mean: sum / count, low, high };
}

/** The largest mean that the evidence against "the mean is no more than that" reaches `wanted` (a log) for. */
function lowerBound(sum: number, variation: number, count: number, wanted: number): number {
  const evidence = (mean: number): number => {
    const logs = STAKES.map(
      (stake) =>
        stake * (sum - count * mean) +
        ((Math.log1p(-RANGE * stake) + RANGE * stake) / RANGE ** 2) * variation,
    );
    const most = Math.max(...logs);
    return most + Math.log(logs.reduce((total, log) => total + Math.exp(log - most), 0) / STAKES.length);
  };
  let [low, high] = [-1, 1];
  if (evidence(low) < wanted) return -1;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (evidence(middle) >= wanted) low = middle;
    else high = middle;
  }
  return low;
}
