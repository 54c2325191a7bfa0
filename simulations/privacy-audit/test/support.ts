import { type LocalTrainingOptions, TRAINING_DEFAULTS } from '../../../node/training/index.ts';
import {
  type MechanismOptions,
  noiseMultiplierFor,
  noisyUpdate,
  type PrivacyRelation,
} from '../../../privacy/index.ts';
import {
  CONFIDENCE,
  epsilonOfCanaries,
  type ReleaseUpdates,
  scoreRecordCanaries,
  scoreUpdateCanaries,
  type Train,
} from '../index.ts';

/** What every mechanism under audit claims. */
export const CLAIM = { epsilon: 1, delta: 1e-5 } as const;
export const CLIP_NORM = 0.5;

/** The project's mechanism, with the least noise that the claim allows. */
export function claimed(relation: PrivacyRelation, releases: number): MechanismOptions {
  const noiseMultiplier = noiseMultiplierFor({ ...CLAIM, releases, relation });
  return { clipNorm: CLIP_NORM, noiseMultiplier, gridBits: 20 };
}

/** The real mechanism of unit `node`, once for every release. */
export const realRelease =
  (options: MechanismOptions): ReleaseUpdates =>
  (updates, randomBytes) =>
    updates.map((update) => noisyUpdate(update, options, randomBytes));

/** ε that canaries three times as loud as the clip norm prove of a mechanism of unit `node`. */
export function provenOfUpdates(
  release: ReleaseUpdates,
  audit: { relation?: PrivacyRelation; releases?: number; trials?: number; seed?: string } = {},
): number {
  const { relation = 'add-remove', releases = 1, trials = 2500, seed = 'mutants' } = audit;
  const scores = scoreUpdateCanaries(release, {
    relation,
    releases,
    trials,
    seed,
    dimension: 4,
    canaryNorm: 3 * CLIP_NORM,
  });
  return epsilonOfCanaries(scores, { delta: CLAIM.delta, confidence: CONFIDENCE }).epsilon;
}

/** A round of training of unit `record` under the claim: so many steps, each a release. */
export function claimedTraining(localSteps: number): LocalTrainingOptions {
  const { clipNorm, ...noise } = claimed('add-remove', localSteps);
  return { ...TRAINING_DEFAULTS, ...noise, unit: 'record', recordClipNorm: clipNorm, localSteps };
}

/** The same of training, for canary records. */
export function provenOfTraining(
  train: Train,
  options: LocalTrainingOptions,
  audit: { relation?: PrivacyRelation; seed?: string } = {},
): number {
  const { relation = 'add-remove', seed = 'mutants' } = audit;
  const scores = scoreRecordCanaries(train, options, {
    relation,
    seed,
    dimension: 100,
    canaryNorm: 3 * CLIP_NORM,
    runs: 80,
  });
  return epsilonOfCanaries(scores, { delta: CLAIM.delta, confidence: CONFIDENCE }).epsilon;
}
