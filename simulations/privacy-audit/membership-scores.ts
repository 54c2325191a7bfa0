import type { LocalTrainingOptions } from '../../node/training/index.ts';
import { choleskySolver } from './cholesky.ts';
import type { ReleasedRound } from './released-rounds.ts';

/** By how much the released weights better each record's loss. */
export function scoreByLoss(
  { base, update }: ReleasedRound,
  lossesAt: (weights: Float64Array) => Float64Array,
): Float64Array {
  const after = lossesAt(base.map((value, j) => value + update[j]!));
  return lossesAt(base).map((loss, r) => loss - after[r]!);
}

/** Of the mean variance of a coordinate: what keeps the matrix regular where there is no noise. */
const RIDGE = 1e-9;

/**
 * The log likelihood ratio of the sum s with and without each record, where each other record is in with probability
 * ½: s is then about normal with mean ½ΣG and covariance ¼ΣGGᵀ + steps·σ²·1, so that record i has
 * Gᵢᵀ Σ⁻¹ (s − mean) up to what does not depend on s (the likelihood-ratio attack of Carlini et al. 2022, with the
 * known law of the noise in place of shadow models).
 */
export function scoreByGradient(
  { sum, influence }: ReleasedRound,
  { unit, localSteps, noiseMultiplier, recordClipNorm }: LocalTrainingOptions,
): Float64Array {
  const size = sum.length;
  const records = influence.length / size;
  const noise = unit === 'record' ? localSteps * (noiseMultiplier * recordClipNorm) ** 2 : 0;
  const covariance = new Float64Array(size * size);
  const centred = Float64Array.from(sum);
  for (let r = 0; r < records; r++) {
    const row = influence.subarray(r * size, (r + 1) * size);
    for (let i = 0; i < size; i++) {
      const value = row[i]!;
      centred[i]! -= value / 2;
      for (let j = 0; j <= i; j++) covariance[i * size + j]! += (value * row[j]!) / 4;
    }
  }
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i]!;
  for (let i = 0; i < size; i++) covariance[i * size + i]! += noise + (RIDGE * (trace + 1)) / size;
  const whitened = choleskySolver(covariance, size)(centred);
  return scoresAlong(influence, whitened);
}

/**
 * The same knowing every other record's membership, where only noise is left: Gᵢᵀ(s − Σ_{j ≠ i, in} Gⱼ − ½Gᵢ), which is
 * positive where presence is likelier.
 */
export function scoreKnowingOthers(
  { sum, influence }: ReleasedRound,
  isMember: readonly boolean[],
): Float64Array {
  const size = sum.length;
  const rest = Float64Array.from(sum);
  for (const [r, inside] of isMember.entries()) {
    if (inside) for (let j = 0; j < size; j++) rest[j]! -= influence[r * size + j]!;
  }
  return scoresAlong(influence, rest).map((along, r) => {
    let square = 0;
    for (let j = r * size; j < (r + 1) * size; j++) square += influence[j]! * influence[j]!;
    // The record's own part was taken off with the others'.
    return along + (isMember[r] ? 0.5 : -0.5) * square;
  });
}

function scoresAlong(influence: Float64Array, direction: Float64Array): Float64Array {
  const size = direction.length;
  return Float64Array.from({ length: influence.length / size }, (_, r) => {
    let dot = 0;
    for (let j = 0; j < size; j++) dot += influence[r * size + j]! * direction[j]!;
    return dot;
  });
}
