import type { ExampleSet } from '../features/index.ts';
import { type PegModel, predictScaled, QUANTILE_LEVELS } from './peg-model.ts';
import { expectedReversion, type PublicNumbers } from './public-numbers.ts';

/** What a forecast needs of one hour or of many. */
export type ForecastInput = Pick<ExampleSet, 'x' | 'scale' | 'deviation'>;

/**
 * The model's share w of a forecast: 1 while S is in the public range, falling linearly to 0 at twice the range. In a
 * break that lasts the model is out of its depth and B2 takes over.
 *
 * How far the price is from its target does not enter: features and forecast are in units of S, so that in a break's
 * first hours, while S is still small, no model can be wrong by more than a few S; and a coin that has settled far
 * from its target moves like any other. Leaving each coin out in turn before May 2022, |d| in the gate costs 0.4 points
 * of skill at 1 h, one at 4 h, and gains 0.3 at 24 h (`simulations/experiments/peg-horizons.ts`).
 */
export function modelShare(anchor: PublicNumbers['anchor'], scale: number): number {
  return Math.max(0, Math.min(1, 2 - scale / anchor.scale));
}

/**
 * Quantiles of d_{t+h} in bp, h the model's horizon: w · (d + S · f(x)) + (1 − w) · B2, held apart at the median so that they never cross.
 *
 * @returns rows × QUANTILE_LEVELS.length, row-major.
 */
export function forecastQuantiles(
  model: PegModel,
  weights: Float64Array,
  numbers: PublicNumbers,
  input: ForecastInput,
): Float64Array {
  return anchorQuantiles(predictScaled(model, weights, input.x), numbers, input);
}

/**
 * The same of scaled quantiles that any model gave, such as trees; `f` becomes the result.
 *
 * @param f rows × QUANTILE_LEVELS.length, row-major.
 */
export function anchorQuantiles(
  f: Float64Array,
  numbers: Pick<PublicNumbers, 'anchor' | 'scaledPersistence'>,
  input: Pick<ForecastInput, 'scale' | 'deviation'>,
): Float64Array {
  const outputs = QUANTILE_LEVELS.length;
  for (let i = 0; i < input.scale.length; i++) {
    const share = modelShare(numbers.anchor, input.scale[i]!);
    const row = f.subarray(i * outputs, (i + 1) * outputs);
    uncross(row);
    for (let q = 0; q < outputs; q++) {
      const scaled = share * row[q]! + (1 - share) * numbers.scaledPersistence[q]!;
      row[q] = input.deviation[i]! + input.scale[i]! * scaled;
    }
  }
  return f;
}

const MEDIAN = QUANTILE_LEVELS.indexOf(0.5);

/**
 * No level may pass its neighbour on the way out from the median. Sorting would instead put a reversed model right:
 * with its tails swapped back it looks harmless, and the gate would take it.
 */
function uncross(row: Float64Array): void {
  for (let q = MEDIAN - 1; q >= 0; q--) row[q] = Math.min(row[q]!, row[q + 1]!);
  for (let q = MEDIAN + 1; q < row.length; q++) row[q] = Math.max(row[q]!, row[q - 1]!);
}

export type Baseline = 'B0' | 'B2' | 'B3';

/** Quantiles of d_{t+h} in bp by a baseline, rows × QUANTILE_LEVELS.length. */
export function baselineQuantiles(
  baseline: Baseline,
  numbers: PublicNumbers,
  input: ForecastInput,
): Float64Array {
  const outputs = QUANTILE_LEVELS.length;
  const width = input.x.length / input.scale.length;
  const out = new Float64Array(input.scale.length * outputs);
  for (let i = 0; i < input.scale.length; i++) {
    const d = input.deviation[i]!;
    const s = input.scale[i]!;
    for (let q = 0; q < outputs; q++) {
      if (baseline === 'B0') out[i * outputs + q] = d + numbers.persistence[q]!;
      else if (baseline === 'B2') out[i * outputs + q] = d + s * numbers.scaledPersistence[q]!;
      else {
        const { coefficients, quantiles } = numbers.meanReversion;
        out[i * outputs + q] = d + s * (expectedReversion(coefficients, input.x, width, i) + quantiles[q]!);
      }
    }
  }
  return out;
}
