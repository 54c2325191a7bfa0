import { requireInteger } from '../parameters.ts';
import { minimise, type Objective } from './minimise.ts';
import { checkedSchema, type ParticipationSchema, roundedCoefficients } from './plan.ts';
import { decoderCoefficients } from './toeplitz.ts';

/**
 * The banded Toeplitz factorisation of least mean squared error over the running sums, at equal privacy: it minimises
 * sensitivity²·‖B‖²_F over c₁ … c_{bands−1} (Choquette-Choo et al. 2023, "(Amplified) Banded Matrix Factorization";
 * in the parametrisation of McKenna 2024, "Scaling up the Banded Matrix Factorization Mechanism"), then rounds to
 * multiples of 2^−12.
 *
 * At most b bands: columns of rounds b apart are then orthogonal, and the sensitivity is a sum of squares. The noise
 * keeps bands − 1 rows. From the square root's coefficients on, in stated order: the same bits on every machine. Takes
 * time n·bands for each of some tens of steps.
 *
 * @param options.bands b (n where that is less) where left out.
 * @throws BallastError `PRIVACY_PARAMETER`, also for more bands than b.
 */
export function bandedCoefficients(options: ParticipationSchema & { readonly bands?: number }): number[] {
  const schema = checkedSchema(options);
  const most = Math.min(schema.minSeparation, schema.rounds);
  const bands = requireInteger('bands', options.bands ?? most, 1, most);
  const start = new Float64Array(bands - 1);
  for (let j = 0; j < start.length; j++)
    start[j] = ((j === 0 ? 1 : start[j - 1]!) * (2 * j + 1)) / (2 * j + 2);
  return roundedCoefficients([1, ...minimise(squaredError(schema), start)]);
}

/** (sensitivity²/k)·(‖B‖²_F/n²) of the coefficients after the first, and its gradient. */
function squaredError({ rounds, minSeparation, participations }: Required<ParticipationSchema>): Objective {
  // c_j² stands in as many columns b apart, from the first on, as reach down to row j.
  const columnsWith = (j: number) => Math.min(participations, Math.ceil((rounds - j) / minSeparation));
  return (tail) => {
    const coefficients = [1, ...tail];
    const decoder = decoderCoefficients({ coefficients, rounds });
    let squaredSensitivity = 0;
    for (const [j, value] of coefficients.entries()) {
      squaredSensitivity += (columnsWith(j) / participations) * value * value;
    }
    let squaredDecoder = 0;
    for (let i = 0; i < rounds; i++) {
      squaredDecoder += ((rounds - i) / rounds / rounds) * decoder[i]! * decoder[i]!;
    }
    const byDecoder = decoderGradient(coefficients, decoder);
    const gradient = tail.map(
      (value, at) =>
        squaredSensitivity * byDecoder[at]! +
        squaredDecoder * ((2 * columnsWith(at + 1)) / participations) * value,
    );
    return { value: squaredSensitivity * squaredDecoder, gradient };
  };
}

/**
 * ∂/∂cⱼ of Σᵢ (n − i)/n²·βᵢ² for j ≥ 1, by the adjoint of β's recursion: λᵢ = 2(n − i)/n²·βᵢ − Σ_{j≥1} cⱼ·λᵢ₊ⱼ and
 * ∂/∂cⱼ = −Σᵢ λᵢ·βᵢ₋ⱼ.
 */
function decoderGradient(coefficients: readonly number[], decoder: Float64Array): Float64Array {
  const rounds = decoder.length;
  const adjoint = new Float64Array(rounds);
  const gradient = new Float64Array(coefficients.length - 1);
  for (let i = rounds - 1; i >= 0; i--) {
    let value = ((2 * (rounds - i)) / rounds / rounds) * decoder[i]!;
    for (let j = 1; j < coefficients.length && i + j < rounds; j++) {
      value -= coefficients[j]! * adjoint[i + j]!;
    }
    adjoint[i] = value;
    for (let j = 1; j < coefficients.length && j <= i; j++) gradient[j - 1]! -= value * decoder[i - j]!;
  }
  return gradient;
}
