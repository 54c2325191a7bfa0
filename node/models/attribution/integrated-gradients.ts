import { BallastError } from '../../../protocol/errors.ts';

/** A function of features and its slopes, where it has them. */
export type Differentiable = {
  /** @param x as many features as the input. */
  readonly value: (x: Float64Array) => number;
  /** The gradient at `x`; on a kink that of either side. */
  readonly gradient: (x: Float64Array) => Float64Array;
};

export type PathAttribution = {
  /** One a feature. */
  readonly values: Float64Array;
  /** value(input) − value(0) − Σ values. */
  readonly error: number;
  /** Gradients taken. */
  readonly gradients: number;
};

/** Gauss–Legendre nodes on [−1, 1] and their weights, five points: exact up to degree nine. */
const INNER = Math.sqrt(5 - 2 * Math.sqrt(10 / 7)) / 3;
const OUTER = Math.sqrt(5 + 2 * Math.sqrt(10 / 7)) / 3;
const NODES: readonly (readonly [node: number, weight: number])[] = [
  [-OUTER, (322 - 13 * Math.sqrt(70)) / 900],
  [-INNER, (322 + 13 * Math.sqrt(70)) / 900],
  [0, 128 / 225],
  [INNER, (322 + 13 * Math.sqrt(70)) / 900],
  [OUTER, (322 - 13 * Math.sqrt(70)) / 900],
];

/** Halvings of one stretch of the path: a kink is then within 2⁻⁴⁰ of its ends. */
const MOST_HALVINGS = 40;
const MOST_STRETCHES = 4_096;
/** Share of the tolerance that even the shortest stretch has. */
const LEAST_SHARE = 1e-3;

/**
 * Integrated gradients (Sundararajan, Taly and Yan 2017) from zero to `input`: x_j · ∫₀¹ ∂f/∂x_j (αx) dα. A feature that
 * is zero, or that f does not read, has 0; features that f reads alike and that are alike have the same.
 *
 * The error is known on every stretch of the path, f at its ends less what was integrated, and a stretch is halved
 * until its own is at most its share of `tolerance`; so kinks are found by themselves.
 *
 * @param tolerance largest |error|, in the unit of f; above the rounding of the sums.
 * @throws BallastError `ATTRIBUTION_DIVERGES` where that is not reached: f is no integral of its gradient.
 */
export function integratedGradients(
  { value, gradient }: Differentiable,
  input: Float64Array,
  tolerance: number,
): PathAttribution {
  const values = new Float64Array(input.length);
  const along = (alpha: number) => input.map((x) => alpha * x);
  const stretches = [{ from: 0, to: 1, low: value(along(0)), high: value(input), halvings: 0 }];
  const whole = (stretches[0]?.high ?? 0) - (stretches[0]?.low ?? 0);
  let gradients = 0;
  let done = 0;
  for (let stretch = stretches.pop(); stretch !== undefined; stretch = stretches.pop()) {
    const { from, to, low, high, halvings } = stretch;
    const part = new Float64Array(input.length);
    let covered = 0;
    for (const [node, weight] of NODES) {
      const slope = gradient(along((from + to) / 2 + ((to - from) / 2) * node));
      gradients++;
      for (let j = 0; j < part.length; j++) {
        const share = input[j]! * slope[j]! * weight * ((to - from) / 2);
        part[j]! += share;
        covered += share;
      }
    }
    // Across a kink the error shrinks as the stretch does: a share in proportion would never be reached.
    const allowed = (tolerance / 2) * Math.max(to - from, LEAST_SHARE);
    if (Math.abs(high - low - covered) > allowed && halvings < MOST_HALVINGS && done < MOST_STRETCHES) {
      const middle = (from + to) / 2;
      const at = value(along(middle));
      stretches.push(
        { from: middle, to, low: at, high, halvings: halvings + 1 },
        { from, to: middle, low, high: at, halvings: halvings + 1 },
      );
      continue;
    }
    done++;
    for (let j = 0; j < values.length; j++) values[j]! += part[j]!;
  }
  const error = whole - values.reduce((sum, part) => sum + part, 0);
  if (!(Math.abs(error) <= tolerance)) {
    throw new BallastError(
      'ATTRIBUTION_DIVERGES',
      `integrated gradients: got an error of ${error}, expected at most ${tolerance}`,
      { metadata: { error, tolerance, gradients } },
    );
  }
  return { values, error, gradients };
}
