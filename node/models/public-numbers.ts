import { BallastError } from '../../protocol/errors.ts';
import { type ExampleSet, pegFeatures } from '../features/index.ts';
import { solveLinear } from './linear-system.ts';
import { QUANTILE_LEVELS } from './peg-model.ts';
import { empiricalQuantile } from './pinball.ts';

/** Numbers fitted once on the training part of the public feed; everyone computes with the same. */
export type PublicNumbers = {
  /** B0, persistence: quantiles of d_{t+h} − d_t at the horizon h, bp. */
  readonly persistence: readonly number[];
  /** B2, scaled persistence: quantiles of (d_{t+h} − d_t) / S_t. */
  readonly scaledPersistence: readonly number[];
  /** B3, mean reversion: coefficients of the three gaps, and quantiles of what they leave, both in units of S_t. */
  readonly meanReversion: { readonly coefficients: readonly number[]; readonly quantiles: readonly number[] };
  /** The range that the model was trained in: the 99.9 % quantile of S, bp. */
  readonly anchor: { readonly scale: number };
};

/** Where the three gaps stand: the same places at every horizon. */
const GAPS = ['fast-gap', 'middle-gap', 'slow-gap'].map((name) =>
  pegFeatures(24).findIndex((feature) => feature.name === name),
);

/** What public numbers are fitted on: rows of any one number of steps ahead. */
export type PublicNumberRows = Pick<ExampleSet, 'rows' | 'width' | 'x' | 'y' | 'scale'>;

/** @throws BallastError `EXAMPLES_TOO_FEW` for fewer than 1,000 examples. */
export function fitPublicNumbers(examples: PublicNumberRows): PublicNumbers {
  if (examples.rows < 1000) {
    throw new BallastError(
      'EXAMPLES_TOO_FEW',
      `public numbers: got ${examples.rows} examples, expected at least 1000`,
      { metadata: { rows: examples.rows }, hint: 'use a longer public feed' },
    );
  }
  const quantiles = (values: Float64Array) =>
    QUANTILE_LEVELS.map((level) => empiricalQuantile(values, level));
  const coefficients = leastSquares(examples);
  const rest = examples.y.map((y, i) => y - expectedReversion(coefficients, examples.x, examples.width, i));
  return {
    persistence: quantiles(examples.y.map((y, i) => y * examples.scale[i]!)),
    scaledPersistence: quantiles(examples.y),
    meanReversion: { coefficients, quantiles: quantiles(rest) },
    anchor: { scale: empiricalQuantile(examples.scale, 0.999) },
  };
}

/** Mean of (d_{t+h} − d_t) / S_t under B3 for row `row` of features `x`: linear in the gaps, their arcsinh undone. */
export function expectedReversion(
  coefficients: readonly number[],
  x: Float64Array,
  width: number,
  row: number,
): number {
  let sum = 0;
  for (const [j, gap] of GAPS.entries()) sum += coefficients[j]! * Math.sinh(x[row * width + gap]!);
  return sum;
}

/** Least squares of y on the three gaps, without a constant. */
function leastSquares(examples: PublicNumberRows): number[] {
  const n = GAPS.length;
  const system = Array.from({ length: n }, () => new Array<number>(n + 1).fill(0));
  for (let i = 0; i < examples.rows; i++) {
    const gaps = GAPS.map((gap) => Math.sinh(examples.x[i * examples.width + gap]!));
    for (const [a, row] of system.entries()) {
      for (let b = 0; b < n; b++) row[b]! += gaps[a]! * gaps[b]!;
      row[n]! += gaps[a]! * examples.y[i]!;
    }
  }
  // A touch of ridge keeps a feed with a dead gap solvable.
  for (const [a, row] of system.entries()) row[a]! += 1e-6 * examples.rows;
  return solveLinear(system);
}
