import { createPrng } from '../../../node/data/index.ts';
import { CorrelatedNoise, correlatedSum } from '../../../privacy/index.ts';
import { seededRandom } from '../../world/random.ts';
import type { ScaledNoise } from './errors.ts';

/** A federation that one noise covers: `cohort` nodes join in a round, each again `minSeparation` rounds later. */
export type QuadraticFederation = {
  readonly rounds: number;
  readonly minSeparation: number;
  readonly cohort: number;
  readonly dimension: number;
  readonly seed: number;
};

/** C, in units of weights: at the start about half of the nodes' gradients are clipped. */
const CLIP_NORM = 1;
const GRID_BITS = 14;
/** The curvatures fall from 1 to this. */
const LEAST_CURVATURE = 0.1;
/** How far the nodes' own optima lie from the common one, a coordinate. */
const SPREAD = 0.05;
/** Distance of the common optimum from the start. */
const DISTANCE = 3;

/**
 * Node i has the loss ½(w − θᵢ)ᵀH(w − θᵢ), H diagonal. A round adds rate/cohort times the noisy sum of the cohort's
 * clipped negative gradients.
 *
 * @returns the excess of the mean loss of all nodes over its least value: after the last round, and on average over
 *   the second half of the rounds.
 */
export function trainQuadratic(
  { rounds, minSeparation, cohort, dimension, seed }: QuadraticFederation,
  { plan, noiseMultiplier }: Pick<ScaledNoise, 'plan' | 'noiseMultiplier'>,
  rates: readonly number[],
): { readonly last: number; readonly late: number }[] {
  const prng = createPrng(seed, 1);
  const curvature = Float64Array.from(
    { length: dimension },
    (_, i) => LEAST_CURVATURE ** (i / (dimension - 1)),
  );
  const common = Float64Array.from(
    { length: dimension },
    () => (DISTANCE / Math.sqrt(dimension)) * (prng.uniform() < 0.5 ? -1 : 1),
  );
  const optima = Array.from({ length: cohort * minSeparation }, () =>
    common.map((value) => value + SPREAD * prng.normal()),
  );
  const best = common.map((_, i) => optima.reduce((sum, optimum) => sum + optimum[i]!, 0) / optima.length);
  const options = { plan, noiseMultiplier, clipNorm: CLIP_NORM, gridBits: GRID_BITS, dimension };
  return rates.map((rate) => {
    // The same noise for every rate.
    const noise = new CorrelatedNoise(options, { randomBytes: seededRandom(`quadratic/${seed}`).bytes });
    const weights = new Float64Array(dimension);
    const excess = () =>
      weights.reduce((sum, weight, i) => sum + 0.5 * curvature[i]! * (weight - best[i]!) ** 2, 0);
    let late = 0;
    for (let round = 0; round < rounds; round++) {
      const group = round % minSeparation;
      const contributions = new Map(
        optima
          .slice(group * cohort, (group + 1) * cohort)
          .map((optimum, i) => [
            `node ${group * cohort + i}`,
            weights.map((weight, j) => curvature[j]! * (optimum[j]! - weight)),
          ]),
      );
      const sum = correlatedSum(noise, contributions);
      for (let i = 0; i < dimension; i++) weights[i]! += (rate / cohort) * sum[i]!;
      if (2 * round >= rounds) late += excess() / Math.floor(rounds / 2);
    }
    return { last: excess(), late };
  });
}
