import { integerSquareRoot } from '../rational.ts';
import { COEFFICIENT_BITS, type CorrelatedPlan, correlatedPlan, integerCoefficients } from './plan.ts';

/** Binary digits that the root is taken to, beyond those of the coefficients. */
const ROOT_BITS = 40n;

/**
 * How far one unit can move C·G in Frobenius norm, in clip norms: the largest ‖Σᵢ C[:, tᵢ]·uᵢᵀ‖_F over k rounds tᵢ at
 * least b apart and any vectors uᵢ of norm at most 1.
 *
 * Exact where there are at most b coefficients (columns of rounds b apart touch no common row, so the norm is
 * √Σ‖C[:, tᵢ]‖², whatever the uᵢ; Choquette-Choo et al. 2023) and where no coefficient is negative or above the one
 * before: then ‖Σᵢ C[:, (i − 1)·b]‖ with all uᵢ alike is the worst (Kalinin and Lampert 2024, Theorem 2). Any other C
 * is charged as the least non-increasing one that bounds the magnitudes of its coefficients, which is an upper bound:
 * no inner product of two columns is larger in magnitude than theirs.
 *
 * Under replace a unit moves twice as far; the accountant knows that, this does not.
 *
 * Computed in integers and rounded up by a relative 2^-40 at most.
 *
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function correlatedSensitivity(plan: CorrelatedPlan): number {
  const { rounds, minSeparation, participations, coefficients } = correlatedPlan(plan);
  let worst = integerCoefficients({ coefficients });
  if (worst.length > minSeparation) worst = nonIncreasingEnvelope(worst);
  // The sum of the first k columns b apart; row by row it is what stood b rows above and one new entry, less the one
  // that would belong to column k.
  const column = new Float64Array(rounds);
  let total = 0n;
  for (let row = 0; row < rounds; row++) {
    const entering = worst[row] ?? 0;
    const above = row < minSeparation ? 0 : column[row - minSeparation]!;
    const beyond = worst[row - participations * minSeparation] ?? 0;
    const entry = entering + above - beyond;
    column[row] = entry;
    total += BigInt(entry) * BigInt(entry);
  }
  return rootRoundedUp(total);
}

/** eⱼ = max over l ≥ j of |cₗ|: the same coefficients where they are non-negative and non-increasing. */
function nonIncreasingEnvelope(coefficients: readonly number[]): number[] {
  let largest = 0;
  return coefficients
    .map(Math.abs)
    .reverse()
    .map((magnitude) => {
      largest = Math.max(largest, magnitude);
      return largest;
    })
    .reverse();
}

/** √total / 2^COEFFICIENT_BITS, not below the exact value. A perfect square comes out exact. */
function rootRoundedUp(total: bigint): number {
  const scaled = total << (2n * ROOT_BITS);
  const root = integerSquareRoot(scaled);
  const above = root * root === scaled ? root : root + 1n;
  const value = Number(above);
  const notBelow = BigInt(value) < above ? value * (1 + 2 ** -52) : value;
  return notBelow / 2 ** (COEFFICIENT_BITS + Number(ROOT_BITS));
}
