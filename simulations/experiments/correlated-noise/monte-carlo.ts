import { CorrelatedNoise } from '../../../privacy/index.ts';
import { seededRandom } from '../../world/random.ts';
import type { ScaledNoise } from './errors.ts';

/** A root mean square found in a sample, and its distance from what was expected in standard errors. */
export type Measured = { readonly value: number; readonly standardErrors: number };

/** Bits after the point, enough for the widest noise of the tables and for the narrowest. */
const GRID_BITS = 12;

/**
 * Runs the generator itself for all rounds over `dimension` coordinates, each an independent sample of the whole run,
 * and measures what its running sums deviate by, in clip norms.
 */
export function measuredErrors(
  { plan, noiseMultiplier, rms, last }: ScaledNoise,
  dimension: number,
  seed: string,
): { readonly rms: Measured; readonly last: Measured } {
  const options = { plan, noiseMultiplier, clipNorm: 1, gridBits: GRID_BITS, dimension };
  const noise = new CorrelatedNoise(options, { randomBytes: seededRandom(seed).bytes });
  const steps = 2 ** (GRID_BITS + 12);
  const sum = new Float64Array(dimension);
  const squares = new Float64Array(dimension);
  for (let round = 0; round < plan.rounds; round++) {
    for (const [i, value] of noise.next([]).entries()) {
      sum[i]! += value / steps;
      squares[i]! += sum[i]! ** 2 / plan.rounds;
    }
  }
  return {
    rms: compared(squares, rms),
    last: compared(
      sum.map((value) => value * value),
      last,
    ),
  };
}

function compared(squares: Float64Array, expected: number): Measured {
  const mean = squares.reduce((total, value) => total + value, 0) / squares.length;
  const variance = squares.reduce((total, value) => total + (value - mean) ** 2, 0) / (squares.length - 1);
  return {
    value: Math.sqrt(mean),
    standardErrors: (mean - expected ** 2) / Math.sqrt(variance / squares.length),
  };
}
