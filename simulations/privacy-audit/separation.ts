import { normalUpperTail } from '../../privacy/accountants/normal.ts';

/** What an attack saw of a canary: a score a trial, with the canary left out and with it in. */
export type CanaryScores = { readonly absent: Float64Array; readonly present: Float64Array };

/** The distance of two normals in standard deviations, which under Gaussian differential privacy is μ. */
export type Separation = {
  readonly estimate: number;
  /** One-sided bounds, each with the confidence that was asked for. */
  readonly low: number;
  readonly high: number;
};

const MIN_SCORES = 16;

/**
 * How far apart the two normals of one variance are that the scores were drawn from.
 *
 * The bounds are exact: the two-sample t statistic has a noncentral t distribution with noncentrality
 * μ·√(n·m/(n + m)), and a bound is the μ at which what was seen, or more, has probability 1 − confidence. Where both
 * samples are constant, and not the same, nothing hides the canary: all three are infinite.
 *
 * @throws RangeError for fewer than 16 scores on a side, or for a confidence outside (0.5, 1).
 */
export function estimateSeparation({ absent, present }: CanaryScores, confidence: number): Separation {
  if (!(Math.min(absent.length, present.length) >= MIN_SCORES && confidence > 0.5 && confidence < 1)) {
    throw new RangeError(
      `separation: got ${absent.length} and ${present.length} scores at ${confidence}, expected ${MIN_SCORES} of each and a confidence in (0.5, 1)`,
    );
  }
  const freedom = absent.length + present.length - 2;
  const [out, into] = [moments(absent), moments(present)];
  const deviation = Math.sqrt((out.squares + into.squares) / freedom);
  const difference = into.mean - out.mean;
  if (difference === 0 && deviation === 0) return { estimate: 0, low: 0, high: 0 };
  // Below this the scores are equal up to rounding.
  if (deviation <= 1e-12 * Math.abs(difference)) {
    return { estimate: Infinity, low: Infinity, high: Infinity };
  }
  const unit = Math.sqrt((absent.length * present.length) / (absent.length + present.length));
  const estimate = difference / deviation;
  const statistic = estimate * unit;
  const spread = chiWeights(freedom);
  const alpha = 1 - confidence;
  return {
    estimate,
    low: noncentralityAt(statistic, 1 - alpha, spread) / unit,
    high: noncentralityAt(statistic, alpha, spread) / unit,
  };
}

type Weights = { readonly at: Float64Array; readonly weight: Float64Array };

/** Standard deviations to either side of the middle, and nodes over them: the trapezoidal rule is exact to rounding. */
const REACH = 9;
const NODES = 90;

/** The distribution of √(χ²_ν/ν) as nodes and weights of the trapezoidal rule, which sum to 1. */
function chiWeights(freedom: number): Weights {
  const width = REACH / Math.sqrt(2 * freedom);
  const from = Math.max(1e-9, 1 - width);
  const step = (1 + width - from) / (NODES - 1);
  const at = Float64Array.from({ length: NODES }, (_, i) => from + i * step);
  const density = at.map((s) => Math.exp((freedom - 1) * Math.log(s) - (freedom * (s * s - 1)) / 2));
  const total = density.reduce((sum, value) => sum + value, 0);
  return { at, weight: density.map((value) => value / total) };
}

/** The λ at which P[T_ν(λ) ≤ t] is `probability`; it falls as λ grows. */
function noncentralityAt(t: number, probability: number, { at, weight }: Weights): number {
  const below = (lambda: number): number => {
    let sum = 0;
    for (let i = 0; i < at.length; i++) sum += weight[i]! * normalUpperTail(lambda - t * at[i]!);
    return sum;
  };
  let [low, high] = [t - 8 - Math.abs(t), t + 8 + Math.abs(t)];
  // To a relative 1e-9 of the interval's width, far inside its own confidence.
  for (let i = 0; i < 32; i++) {
    const middle = (low + high) / 2;
    if (below(middle) > probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function moments(values: Float64Array): { readonly mean: number; readonly squares: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}
