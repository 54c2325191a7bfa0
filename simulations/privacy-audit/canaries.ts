import type { LocalTrainingOptions, RecordGradients } from '../../node/training/index.ts';
import type { PrivacyRelation } from '../../privacy/index.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { auditBytes, auditDraws } from './random.ts';
import type { CanaryScores } from './separation.ts';

/** Something that turns a node's updates, a release each, into what leaves the node. */
export type ReleaseUpdates = (
  updates: readonly Float64Array[],
  randomBytes: RandomBytes,
) => readonly ArrayLike<number>[];

export type UpdateCanaryOptions = {
  readonly relation: PrivacyRelation;
  /** The update's length. */
  readonly dimension: number;
  /** L2 norm of the canary; beyond the clip norm, so that a mechanism that does not clip is found out. */
  readonly canaryNorm: number;
  /** How many releases the claim is for. */
  readonly releases: number;
  /** With the canary, and as many without. */
  readonly trials: number;
  readonly seed: string;
};

/**
 * Scores of the worst case of unit `node`: an update of `canaryNorm` all along one direction, against none
 * (`add-remove`) or against its opposite (`replace`), in trials of independent noise. Its score is the released
 * vector's part along the direction.
 *
 * The direction is the diagonal, so that a bound kept for each coordinate or tensor alone is found out. From release
 * to release the canary changes its sign, and the score with it: the bound for several releases is then as tight as
 * for one, and noise that is drawn once and used twice cancels.
 */
export function scoreUpdateCanaries(
  release: ReleaseUpdates,
  { relation, dimension, canaryNorm, releases, trials, seed }: UpdateCanaryOptions,
): CanaryScores {
  const bytes = auditBytes(`update/${seed}`);
  const entry = 1 / Math.sqrt(dimension);
  const score = (amount: number): number => {
    const updates = Array.from({ length: releases }, (_, k) =>
      new Float64Array(dimension).fill(signOf(k) * amount * entry),
    );
    let sum = 0;
    for (const [k, vector] of release(updates, bytes).entries()) {
      for (let j = 0; j < dimension; j++) sum += signOf(k) * entry * vector[j]!;
    }
    return sum;
  };
  const without = relation === 'replace' ? -canaryNorm : 0;
  return {
    absent: Float64Array.from({ length: trials }, () => score(without)),
    present: Float64Array.from({ length: trials }, () => score(canaryNorm)),
  };
}

/** `trainLocally`, or what stands in its place. */
export type Train = (
  gradients: RecordGradients,
  weights: Float64Array,
  options: LocalTrainingOptions,
  randomBytes: RandomBytes,
) => Float64Array;

export type RecordCanaryOptions = {
  readonly relation: PrivacyRelation;
  /** Weights of the model, and as many canaries a run. */
  readonly dimension: number;
  /** L2 norm of a canary's gradient, at every step. */
  readonly canaryNorm: number;
  readonly runs: number;
  readonly seed: string;
};

/**
 * Scores of the worst case of unit `record`: as many canary records as the model has weights, each with a gradient
 * of `canaryNorm` along a weight of its own at every step. A fair coin decides for each whether it is in
 * (`add-remove`) or which sign it has (`replace`); its score is what the released update says of its weight, as the
 * sum of the gradients.
 *
 * Many canaries a run in place of one make it cheap (Steinke, Nasr and Jagielski 2023, Privacy Auditing with One (1)
 * Training Run). They are orthogonal, so a mechanism with independent noise by coordinate gives independent scores.
 *
 * Where a record is sampled in secret the scores are a mixture: bound those with `epsilonByCounting`.
 */
export function scoreRecordCanaries(
  train: Train,
  options: LocalTrainingOptions,
  { relation, dimension, canaryNorm, runs, seed }: RecordCanaryOptions,
): CanaryScores {
  const bytes = auditBytes(`record/${seed}`);
  const { coin } = auditDraws(`record/${seed}`);
  const weights = new Float64Array(dimension);
  const divisor = ((options.samplingRate ?? 1) * options.nominalRecords) / options.learningRate;
  const absent: number[] = [];
  const present: number[] = [];
  for (let run = 0; run < runs; run++) {
    const isIn = Array.from({ length: dimension }, coin);
    const update = train(canaryRecords(isIn, relation, canaryNorm), weights, options, bytes);
    for (const [j, inside] of isIn.entries()) {
      (inside ? present : absent).push(-update[j]! * divisor);
    }
  }
  return { absent: Float64Array.from(absent), present: Float64Array.from(present) };
}

function canaryRecords(isIn: readonly boolean[], relation: PrivacyRelation, norm: number): RecordGradients {
  const dimension = isIn.length;
  const placed = isIn.flatMap((inside, j) => (inside || relation === 'replace' ? [j] : []));
  const rows = new Float64Array(placed.length * dimension);
  for (const [r, j] of placed.entries()) rows[r * dimension + j] = isIn[j] ? norm : -norm;
  // A copy, since training sets the rows of records that were not drawn to zero.
  return { perRecord: () => rows.slice(), dispose: () => {} };
}

function signOf(release: number): number {
  return release % 2 === 0 ? 1 : -1;
}
