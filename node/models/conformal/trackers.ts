/**
 * How a correction follows the errors:
 *
 * - `aci`: the quantile of the last scores at a level that is itself moved, a ← a + γ (τ − [y ≤ issued]): adaptive
 *   conformal inference (Gibbs and Candès 2021);
 * - `pi`: quantile tracking with an integrator, c ← c + η (τ − [y ≤ issued]) + r(Σ errors) (Angelopoulos, Candès and
 *   Tibshirani 2023, without the scorecaster). Scores within ±b leave |Σ errors| ≤ b/η + 1 + delay, whatever their order.
 */
export type TrackingRule = 'aci' | 'pi';

/** The correction of one level, in units of the forecasts' scale. */
export type LevelTracker = {
  readonly correction: () => number;
  /** @param score (y − q) / S of the uncorrected forecast; `below` whether y ≤ the corrected one. */
  readonly learn: (score: number, below: boolean) => void;
};

export type TrackerOptions = { readonly level: number; readonly window: number; readonly rate?: number };

/** Chosen on recorded rows before May 2022; see docs/evaluating.md. */
const DEFAULT_RATES: Readonly<Record<TrackingRule, number>> = { aci: 0.003, pi: 0.05 };

/** Scores before which there is no correction: fewer say nothing of a tail. */
const LEAST_SCORES = 20;
/** Spreads of the scores for each unit by which the level of `aci` has left [0, 1]. */
const BEYOND = 1;
/** Least spread of the scores, scales. */
const LEAST_SPREAD = 0.1;

export function createLevelTracker(rule: TrackingRule, options: TrackerOptions): LevelTracker {
  return rule === 'aci' ? adaptiveLevel(options) : quantileTracker(options);
}

function adaptiveLevel({ level, window, rate = DEFAULT_RATES.aci }: TrackerOptions): LevelTracker {
  const recent: number[] = [];
  const sorted: number[] = [];
  let next = 0;
  let at = level;
  return {
    correction: () => {
      const n = sorted.length;
      if (n < LEAST_SCORES) return 0;
      const [low, high] = [sorted[0] ?? 0, sorted[n - 1] ?? 0];
      // Beyond the scores that were seen the correction goes on growing, so that the promise is kept in the end.
      const step = BEYOND * Math.max(LEAST_SPREAD, high - low);
      if (at >= 1) return high + (at - 1) * step;
      if (at <= 0) return low + at * step;
      const position = at * (n - 1);
      const below = sorted[Math.floor(position)] ?? low;
      const above = sorted[Math.ceil(position)] ?? high;
      return below + (position - Math.floor(position)) * (above - below);
    },
    learn: (score, below) => {
      const isCorrected = sorted.length >= LEAST_SCORES;
      if (recent.length === window) {
        const leaving = recent[next] ?? score;
        sorted.splice(insertionPoint(sorted, leaving), 1);
      }
      recent[next] = score;
      next = (next + 1) % window;
      sorted.splice(insertionPoint(sorted, score), 0, score);
      if (isCorrected) at += rate * (level - (below ? 1 : 0));
    },
  };
}

/** Sums of errors that the integrator answers with one scale. */
const INTEGRATOR_REACH = 200;

function quantileTracker({ level, rate = DEFAULT_RATES.pi }: TrackerOptions): LevelTracker {
  let tracked = 0;
  let errors = 0;
  return {
    correction: () => {
      // Saturates: a tangent that is nearly linear up to the reach and has no bound at twice it.
      const turn = Math.max(-1.5, Math.min(1.5, errors / INTEGRATOR_REACH));
      return tracked + Math.tan(turn) * 0.5;
    },
    learn: (_score, below) => {
      const error = level - (below ? 1 : 0);
      tracked += rate * error;
      errors += error;
    },
  };
}

/** The first place of a sorted list whose value is not below `value`. */
function insertionPoint(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? Number.POSITIVE_INFINITY) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
