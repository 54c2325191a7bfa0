import { type LocalTrainingOptions, TRAINING_DEFAULTS, trainLocally } from '../../node/training/index.ts';
import {
  noiseMultiplierFor,
  noisyUpdate,
  PRIVACY_RELATIONS,
  type PrivacyRelation,
} from '../../privacy/index.ts';
import { type ReleaseUpdates, scoreRecordCanaries, scoreUpdateCanaries } from './canaries.ts';
import { CONFIDENCE, epsilonByCounting, epsilonOfCanaries } from './epsilon-bounds.ts';
import { CLAIMED_EPSILONS, sampledTrainingAt, trainingAt } from './levels.ts';
import { type CanaryScores, estimateSeparation } from './separation.ts';

export type CanaryRow = {
  readonly unit: 'record' | 'sampled record' | 'node';
  readonly relation: PrivacyRelation;
  readonly claimed: number;
  /** Distance of the scores with and without, and ε at the default δ, of the mechanism as it is. */
  readonly mu: number;
  readonly proven: number;
  /** ε that as many trials prove of the mechanism with half its noise; of a sampled one, with no sampling done. */
  readonly provenOfBroken: number;
};

const BOUND = { delta: TRAINING_DEFAULTS.delta, confidence: CONFIDENCE };
const { updateClipNorm, gridBits } = TRAINING_DEFAULTS;
const RECORD_CANARIES = 200;
const SAMPLING_RATE = 0.1;
/** In clip norms: beyond the clip norm, which the mechanism is to bring it back to. */
const LOUDNESS = 3;

/**
 * Worst-case canaries against one released update of unit `node`, and against one round of training of unit `record`,
 * at every claim save ∞.
 *
 * @param trials scores with the canary and as many without, about.
 */
export function auditByCanaries(trials: number, seed: string): CanaryRow[] {
  const finite = CLAIMED_EPSILONS.filter(Number.isFinite);
  return [
    ...PRIVACY_RELATIONS.flatMap((relation) =>
      finite.map((claimed) => updateRow(claimed, relation, trials, seed)),
    ),
    ...finite.map((claimed) => recordRow(claimed, trials, seed)),
    ...finite.map((claimed) => sampledRow(claimed, trials, seed)),
  ];
}

function updateRow(claimed: number, relation: PrivacyRelation, trials: number, seed: string): CanaryRow {
  const noiseMultiplier = noiseMultiplierFor({ epsilon: claimed, delta: BOUND.delta, releases: 1, relation });
  const provenWith = (share: number) => {
    const mechanism = { clipNorm: updateClipNorm, noiseMultiplier: share * noiseMultiplier, gridBits };
    const release: ReleaseUpdates = (updates, randomBytes) =>
      updates.map((update) => noisyUpdate(update, mechanism, randomBytes));
    const scores = scoreUpdateCanaries(release, {
      relation,
      dimension: 4,
      canaryNorm: LOUDNESS * updateClipNorm,
      releases: 1,
      trials,
      seed: `${seed}/${relation}/${claimed}/${share}`,
    });
    return epsilonOfCanaries(scores, BOUND);
  };
  return rowOf({ unit: 'node', relation, claimed }, provenWith);
}

function recordRow(claimed: number, trials: number, seed: string): CanaryRow {
  const options = trainingAt(claimed);
  const provenWith = (share: number) =>
    epsilonOfCanaries(
      recordScores(
        { ...options, noiseMultiplier: share * options.noiseMultiplier },
        trials,
        `${seed}/${claimed}/${share}`,
      ),
      BOUND,
    );
  return rowOf({ unit: 'record', relation: 'add-remove', claimed }, provenWith);
}

/** A sampled record's scores are a mixture of normals, whose tails the Gaussian curve does not know: by counting. */
function sampledRow(claimed: number, trials: number, seed: string): CanaryRow {
  const options = sampledTrainingAt(claimed, SAMPLING_RATE);
  const scoresAt = (samplingRate: number) =>
    recordScores({ ...options, samplingRate }, trials, `${seed}/sampled/${claimed}/${samplingRate}`);
  const sampled = scoresAt(SAMPLING_RATE);
  return {
    unit: 'sampled record',
    relation: 'add-remove',
    claimed,
    mu: estimateSeparation(sampled, CONFIDENCE).estimate,
    proven: epsilonByCounting(sampled, BOUND).epsilon,
    provenOfBroken: epsilonByCounting(scoresAt(1), BOUND).epsilon,
  };
}

function recordScores(options: LocalTrainingOptions, trials: number, seed: string): CanaryScores {
  return scoreRecordCanaries(trainLocally, options, {
    relation: 'add-remove',
    dimension: RECORD_CANARIES,
    canaryNorm: LOUDNESS * options.recordClipNorm,
    runs: Math.ceil((2 * trials) / RECORD_CANARIES),
    seed,
  });
}

function rowOf(
  what: Pick<CanaryRow, 'unit' | 'relation' | 'claimed'>,
  provenWith: (share: number) => ReturnType<typeof epsilonOfCanaries>,
): CanaryRow {
  const whole = provenWith(1);
  return {
    ...what,
    mu: whole.separation.estimate,
    proven: whole.epsilon,
    provenOfBroken: provenWith(0.5).epsilon,
  };
}
