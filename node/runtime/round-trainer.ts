import type { RoundTrainer, TrainedUpdate, TrainingBase } from '../../coordinator/index.ts';
import { clip, noisyUpdate, type PrivacyLedger, toGrid } from '../../privacy/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { decodeUpdate, encodeUpdate } from '../../protocol/vectors.ts';
import type { DataClock } from '../data/index.ts';
import type { StabilityModel } from '../models/index.ts';
import {
  clipHeads,
  type LocalTrainingOptions,
  requireHeadNorms,
  trainingRelease,
} from '../training/index.ts';
import type { Emit } from './events.ts';

/** Local training as the round needs it; a worker in a node, in-process in a simulation. */
export type TrainLocally = (
  weights: Float64Array,
  range: { readonly from: number; readonly to: number },
  options: LocalTrainingOptions,
) => Promise<Float64Array>;

export type RoundTrainerCollaborators = {
  /** Its heads' own bounds are kept too; without it the joint bounds alone. */
  readonly model?: StabilityModel;
  readonly trainLocally: TrainLocally;
  readonly ledger: PrivacyLedger;
  readonly clock: Pick<DataClock, 'training'>;
  readonly randomBytes: RandomBytes;
  readonly emit: Emit;
  /** Milliseconds, for the log alone. */
  readonly now: () => number;
  /** What an attack makes of the honest update; it is released without clipping. */
  readonly revise?: (update: Float64Array) => Float64Array;
};

export function localTrainingOptions({ privacy, training, update }: NetworkParameters): LocalTrainingOptions {
  return {
    unit: privacy.unit,
    localSteps: training.localSteps,
    learningRate: training.learningRate,
    recordClipNorm: privacy.recordClipNorm,
    noiseMultiplier: privacy.noiseMultiplier,
    gridBits: update.gridBits,
    nominalRecords: training.nominalRecords,
    ...(training.proximal === undefined ? {} : { proximal: training.proximal }),
  };
}

/**
 * A node's part in a round: ask the ledger, train, clip, put on the grid, charge, release.
 *
 * @throws BallastError `HEAD_NORMS` when the heads' bounds do not fit into the network's.
 *
 * The budget is asked before training, and the debit is on disk with the exact bytes before they leave. A round
 * that was released once is released again as it was, never trained anew.
 */
export function createRoundTrainer(
  parameters: NetworkParameters,
  collaborators: RoundTrainerCollaborators,
): RoundTrainer {
  const { ledger, clock, emit, now } = collaborators;
  if (collaborators.model !== undefined) requireHeadNorms(collaborators.model, parameters);
  const options = localTrainingOptions(parameters);
  const release = trainingRelease(options);
  let last: Promise<unknown> = Promise.resolve();

  const released = (bytes: Uint8Array): TrainedUpdate => {
    const { unit, relation, delta } = parameters.privacy;
    const { epsilon } = ledger.spent();
    return {
      update: decodeUpdate(bytes, bytes.length / 4),
      privacy: { unit, relation, delta, epsilon: Number.isFinite(epsilon) ? epsilon : null },
      ledger: ledger.position().count,
    };
  };

  const train = async (
    round: number,
    weights: Float64Array,
    signal: AbortSignal,
  ): Promise<TrainedUpdate | undefined> => {
    const key = `round/${round}`;
    const earlier = await ledger.released(key);
    if (earlier !== undefined) return released(earlier);
    if (signal.aborted) return undefined;
    try {
      await ledger.authorise(release);
    } catch (error) {
      if (!(error instanceof BallastError) || error.code !== 'PRIVACY_BUDGET_EXCEEDED') throw error;
      emit({ event: 'abstained', round, code: error.code, reason: error.message });
      return undefined;
    }
    const started = now();
    const delta = await collaborators.trainLocally(weights, clock.training(round), options);
    const update = quantise(delta, parameters, collaborators);
    const bytes = await ledger.commit({ key, event: release, bytes: encodeUpdate(update) });
    const trained = released(bytes);
    emit({
      event: 'trained',
      round,
      epsilon: trained.privacy.epsilon,
      milliseconds: Math.round(now() - started),
    });
    return trained;
  };

  return {
    debits: () => ledger.position().count,
    train: (round: number, { weights }: TrainingBase, signal: AbortSignal) => {
      const result = last.then(() => train(round, weights, signal));
      last = result.catch(() => undefined);
      return result;
    },
  };
}

function quantise(
  delta: Float64Array,
  { update, privacy }: NetworkParameters,
  { randomBytes, revise, model }: RoundTrainerCollaborators,
): Int32Array {
  const { clipNorm, gridBits } = update;
  // Each head at its own norm; the joint bound holds whatever the heads' are.
  const clipped = clip(model === undefined ? delta : clipHeads(model, delta), clipNorm);
  if (revise !== undefined) return toGrid(revise(clipped), gridBits);
  if (privacy.unit === 'node') {
    return noisyUpdate(
      clipped,
      { clipNorm, noiseMultiplier: privacy.noiseMultiplier, gridBits },
      randomBytes,
    );
  }
  return toGrid(clipped, gridBits);
}
