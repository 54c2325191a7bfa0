import { BallastError } from '../../protocol/errors.ts';
import { clip } from '../clip.ts';
import { gridScale, toGrid } from '../grid.ts';
import type { CorrelatedNoise } from './noise.ts';
import { MAX_STEPS } from './options.ts';
import { COEFFICIENT_BITS } from './plan.ts';

/**
 * One round of DP-FTRL with correlated noise: the units' vectors, each clipped to C and put on the grid, summed as
 * integers (so in any order), plus the round's noise (Kairouz et al. 2021; Choquette-Choo et al. 2023, Algorithm 1).
 *
 * Whoever calls this sees every vector and covers the sum of every round: a party trusted with them. The run's event
 * is charged before its first round; the state, `noise.encode()`, is durable before the result is released.
 *
 * @param contributions one vector of `dimension` values for each unit.
 * @returns the noisy sum in units of weights, on the grid of step 2^−(gridBits + 12).
 * @throws BallastError as {@link CorrelatedNoise.next}; `VECTOR_LENGTH`, `VECTOR_NOT_FINITE`; `GRID_OVERFLOW` for more
 *   units than a double sums exactly, which does not depend on their vectors. The state is then as it was.
 */
export function correlatedSum(
  noise: CorrelatedNoise,
  contributions: ReadonlyMap<string, Float64Array>,
): Float64Array {
  const { clipNorm, gridBits, dimension } = noise.options;
  const fine = gridScale(gridBits) * 2 ** COEFFICIENT_BITS;
  if (contributions.size * clipNorm * fine + noise.reach > MAX_STEPS) {
    throw new BallastError(
      'GRID_OVERFLOW',
      `units: got ${contributions.size}, whose sum and noise pass ${MAX_STEPS} steps of the fine grid`,
      { metadata: { units: contributions.size, clipNorm, gridBits }, hint: 'use fewer grid bits' },
    );
  }
  const sum = new Float64Array(dimension);
  for (const vector of contributions.values()) {
    if (vector.length !== dimension) {
      throw new BallastError('VECTOR_LENGTH', `vector: got ${vector.length} values, expected ${dimension}`, {
        metadata: { given: vector.length, expected: dimension },
      });
    }
    const steps = toGrid(clip(vector, clipNorm), gridBits);
    for (let i = 0; i < dimension; i++) sum[i]! += steps[i]!;
  }
  const row = noise.next([...contributions.keys()]);
  return row.map((value, i) => (value + sum[i]! * 2 ** COEFFICIENT_BITS) / fine);
}
