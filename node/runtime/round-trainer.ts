import {
  aggregatorOf,
  type RoundTrainer,
  type TrainedUpdate,
  type TrainingBase,
} from '../../coordinator/index.ts';
import { clip, clipJointly, noisyUpdate, type PrivacyLedger, toGrid } from '../../privacy/index.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import type { DataClock } from '../data/index.ts';
import type { StabilityModel } from '../models/index.ts';
import {
  clipHeads,
  controlChange,
  type LocalTrainingOptions,
  requireHeadNorms,
  scaffoldCorrection,
  trainingRelease,
} from '../training/index.ts';
import { noteVariate, readVariate } from './client-variate.ts';
import type { Emit } from './events.ts';
import { privacyPlan } from './privacy-plan.ts';
import { releaseForm, releaseKey } from './release-form.ts';

/** Local training as the round needs it; a worker in a node, in-process in a simulation. */
export type TrainLocally = (
  weights: Float64Array,
  range: { readonly from: number; readonly to: number },
  options: LocalTrainingOptions,
  /** Added to every gradient; see `trainLocally`. */
  correction?: Float64Array,
) => Promise<Float64Array>;

export type RoundTrainerCollaborators = {
  /** Its heads' own bounds are kept too; without it the joint bounds alone. */
  readonly model?: StabilityModel;
  readonly trainLocally: TrainLocally;
  readonly ledger: PrivacyLedger;
  /** Keeps this node's control variate where the aggregation takes them (SCAFFOLD). */
  readonly store: Pick<KeyValueStore, 'get' | 'write'>;
  readonly clock: Pick<DataClock, 'training'>;
  readonly randomBytes: RandomBytes;
  readonly emit: Emit;
  /** How many records the node has in a range, for its operator alone; see `PrivacyPlan`. */
  readonly countRecords?: (range: { readonly from: number; readonly to: number }) => Promise<number>;
  /** Milliseconds, for the log alone. */
  readonly now: () => number;
  /** What an attack makes of the honest update; it is released without clipping. */
  readonly revise?: (update: Float64Array) => Float64Array;
};

export function localTrainingOptions({ privacy, training, update }: NetworkParameters): LocalTrainingOptions {
  return {
    unit: privacy.unit,
    relation: privacy.relation,
    localSteps: training.localSteps,
    learningRate: training.learningRate,
    recordClipNorm: privacy.recordClipNorm,
    noiseMultiplier: privacy.noiseMultiplier,
    gridBits: update.gridBits,
    nominalRecords: training.nominalRecords,
    ...(training.proximal === undefined ? {} : { proximal: training.proximal }),
    ...(training.samplingRate === undefined ? {} : { samplingRate: training.samplingRate }),
  };
}

/**
 * A node's part in a round: ask the ledger, train, clip, put on the grid, charge, release.
 *
 * Where the aggregation carries control variates (SCAFFOLD) a row is [Δy; Δc], clipped to the one norm and charged as
 * the one release that it is; see `trainScaffold` and `readVariate`.
 *
 * @throws BallastError `HEAD_NORMS` when the heads' bounds do not fit into the network's; UsageError
 * `NETWORK_TRAINING` for a proximal term beside control variates.
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
  requireOneCorrection(parameters);
  const release = trainingRelease(options);
  const form = releaseForm(parameters, ledger, {
    randomBytes: collaborators.randomBytes,
    isBounded: collaborators.revise === undefined,
  });
  let last: Promise<unknown> = Promise.resolve();
  let isPlanTold = false;
  /** The last round that it let be: one line a round. */
  let abstained = 0;

  const released = (bytes: Uint8Array): TrainedUpdate => {
    const { unit, relation, delta } = parameters.privacy;
    const { epsilon } = ledger.spent();
    return {
      update: form.decode(bytes).update,
      privacy: { unit, relation, delta, epsilon: Number.isFinite(epsilon) ? epsilon : null },
      ledger: ledger.position().count,
    };
  };

  /** Each head at its own norm; the joint bound holds whatever the heads' are. */
  const clipped = (delta: Float64Array): Float64Array => {
    const { model } = collaborators;
    return clip(model === undefined ? delta : clipHeads(model, delta), parameters.update.clipNorm);
  };

  /** The local update, clipped, and with control variates their change. */
  const localUpdate = async (
    round: number,
    { weights, state, head: { version } }: TrainingBase,
  ): Promise<Float64Array[]> => {
    const range = clock.training(round);
    const { [CONTROL]: global } = state.vectors;
    if (global === undefined) return [clipped(await collaborators.trainLocally(weights, range, options))];
    const terms = { size: weights.length, gridBits: options.gridBits, version };
    const own = await readVariate(collaborators.store, terms, async (earlier) => {
      const bytes = await ledger.released(releaseKey(earlier));
      return bytes === undefined ? undefined : released(bytes).update;
    });
    const correction = scaffoldCorrection({ global, own }, options);
    // Clipped first: c_i is to be the gradient that the model is moved by, or Δc would crowd Δy out of the one norm.
    const delta = clipped(await collaborators.trainLocally(weights, range, options, correction));
    await noteVariate(collaborators.store, { own, round, version });
    return [delta, controlChange(delta, global, options)];
  };

  const train = async (
    round: number,
    base: TrainingBase,
    signal: AbortSignal,
  ): Promise<TrainedUpdate | undefined> => {
    const key = releaseKey(round);
    const earlier = await ledger.released(key);
    if (earlier !== undefined) return released(earlier);
    if (signal.aborted) return undefined;
    try {
      await ledger.authorise(release);
    } catch (error) {
      if (!(error instanceof BallastError) || error.code !== 'PRIVACY_BUDGET_EXCEEDED') throw error;
      if (round !== abstained) emit({ event: 'abstained', round, code: error.code, reason: error.message });
      abstained = round;
      return undefined;
    }
    if (!isPlanTold) {
      const records = await collaborators.countRecords?.(clock.training(round));
      const { length: dimension } = base.weights;
      emit(privacyPlan(parameters, ledger, { round, dimension, records, release }));
      isPlanTold = true;
    }
    const started = now();
    const update = quantise(await localUpdate(round, base), parameters, collaborators);
    const bytes = await ledger.commit({ key, event: release, bytes: await form.encode(round, update) });
    const trained = released(bytes);
    const { ratio } = form.decode(bytes);
    emit({
      event: 'trained',
      round,
      epsilon: trained.privacy.epsilon,
      milliseconds: Math.round(now() - started),
      ...(ratio === undefined ? {} : { ratio }),
    });
    return trained;
  };

  return {
    debits: () => ledger.position().count,
    hasReleased: (round) => ledger.has(releaseKey(round)),
    train: (round: number, base: TrainingBase, signal: AbortSignal) => {
      const result = last.then(() => train(round, base, signal));
      last = result.catch(() => undefined);
      return result;
    },
  };
}

/** The vector of an aggregation's state that makes its nodes send changes of control variates. */
const CONTROL = 'control';

/** @throws {UsageError} `NETWORK_TRAINING`: a proximal term beside control variates. */
export function requireOneCorrection(parameters: NetworkParameters): void {
  const { proximal = 0 } = parameters.training;
  if (proximal === 0 || !(CONTROL in aggregatorOf(parameters).stateShape(1))) return;
  throw new UsageError(
    'NETWORK_TRAINING',
    `training.proximal: got ${proximal} with ${parameters.rule.name}, expected 0 beside control variates`,
    { metadata: { proximal, rule: parameters.rule.name }, hint: 'take FedProx or SCAFFOLD, not both' },
  );
}

/** The row that is released: the parts clipped to one norm, noised under unit `node`, on the grid. */
function quantise(
  parts: readonly Float64Array[],
  { update, privacy }: NetworkParameters,
  { randomBytes, revise }: RoundTrainerCollaborators,
): Int32Array {
  const { clipNorm, gridBits } = update;
  const [delta = new Float64Array(), ...more] = parts;
  const row = more.length === 0 ? delta : joined(clipJointly(parts, clipNorm));
  if (revise !== undefined) return toGrid(revise(row), gridBits);
  if (privacy.unit === 'node') {
    return noisyUpdate(row, { clipNorm, noiseMultiplier: privacy.noiseMultiplier, gridBits }, randomBytes);
  }
  return toGrid(row, gridBits);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}
