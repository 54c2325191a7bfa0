import { checkedSchema, roundedCoefficients } from './plan.ts';

/** C = I: noise of its own for every round, which is what correlated noise is compared with. */
export const INDEPENDENT_COEFFICIENTS: readonly number[] = [1];

/**
 * The square root of the matrix of running sums, B = C = A^½: the coefficients of (1 − x)^−½, c₀ = 1,
 * cᵢ = cᵢ₋₁·(2i − 1)/2i (Henzinger, Upadhyay and Upadhyay 2023; Bennett 1977), rounded to multiples of 2^−12. Near the
 * best for one participation (b ≥ n); as many coefficients as rounds.
 *
 * @param rounds n.
 * @param bands keep so many and take the others as 0 (Kalinin and Lampert 2024); n where left out.
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function squareRootCoefficients(rounds: number, bands: number = rounds): number[] {
  checkedSchema({ rounds, minSeparation: 1 });
  checkedSchema({ rounds: bands, minSeparation: 1 });
  let value = 1;
  const coefficients = [value];
  for (let i = 1; i < Math.min(rounds, bands); i++) {
    value *= (2 * i - 1) / (2 * i);
    coefficients.push(value);
  }
  return roundedCoefficients(coefficients);
}
