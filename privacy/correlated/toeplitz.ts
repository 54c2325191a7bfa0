import type { CorrelatedPlan } from './plan.ts';

/**
 * The first column of C⁻¹, C lower triangular Toeplitz with unit diagonal: r₀ = 1, rᵢ = −Σ_{j≥1} cⱼ·rᵢ₋ⱼ, the sum in
 * the order of j. Round t of the noise is Σᵢ rᵢ·z_{t−i}.
 */
export function inverseCoefficients({
  coefficients,
  rounds,
}: Pick<CorrelatedPlan, 'coefficients' | 'rounds'>): Float64Array {
  const inverse = new Float64Array(rounds);
  inverse[0] = 1;
  for (let i = 1; i < rounds; i++) inverse[i] = -convolution(coefficients, inverse, i);
  return inverse;
}

/** The first column of B = A·C⁻¹, the running sums of {@link inverseCoefficients}: βᵢ = 1 − Σ_{j≥1} cⱼ·βᵢ₋ⱼ. */
export function decoderCoefficients({
  coefficients,
  rounds,
}: Pick<CorrelatedPlan, 'coefficients' | 'rounds'>): Float64Array {
  const decoder = new Float64Array(rounds);
  decoder[0] = 1;
  for (let i = 1; i < rounds; i++) decoder[i] = 1 - convolution(coefficients, decoder, i);
  return decoder;
}

/** How far the noise moves the running sums of the updates, for Z of deviation 1. */
export type NoiseError = {
  /** √(‖B‖²_F / n): root mean square over the n running sums, a coordinate. */
  readonly rms: number;
  /** ‖last row of B‖₂: the deviation of the last running sum, a coordinate. */
  readonly last: number;
};

/** The error of a factorisation before the noise is scaled: times its sensitivity it may be compared with another's. */
export function noiseError(plan: Pick<CorrelatedPlan, 'coefficients' | 'rounds'>): NoiseError {
  let [total, last] = [0, 0];
  for (const [i, value] of decoderCoefficients(plan).entries()) {
    last += value * value;
    total += (plan.rounds - i) * value * value;
  }
  return { rms: Math.sqrt(total / plan.rounds), last: Math.sqrt(last) };
}

/** Σ_{j≥1} coefficients[j]·column[i − j], in the order of j. */
function convolution(coefficients: ArrayLike<number>, column: Float64Array, i: number): number {
  let sum = 0;
  const reach = Math.min(i, coefficients.length - 1);
  for (let j = 1; j <= reach; j++) sum += coefficients[j]! * column[i - j]!;
  return sum;
}
