import { BallastError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import type { RecordGradients } from './engine.ts';
import { type LocalTrainingOptions, trainLocally } from './local-training.ts';

/** SCAFFOLD's estimates of the gradient at the global weights, each of the model's size; 0 before the first round. */
export type ControlVariates = {
  /** c: the mean over all clients, state of the version. */
  readonly global: Float64Array;
  /** c_i: this client's own. The sum of what it released of it, so that c stays the mean of all c_i. */
  readonly own: Float64Array;
};

/** What a client sends, before clipping: a row is one after the other. */
export type ScaffoldUpdate = {
  /** Δy = y − x, in units of weights. */
  readonly weights: Float64Array;
  /** Δc = c_i⁺ − c_i, in units of gradients. */
  readonly control: Float64Array;
};

/**
 * A SCAFFOLD client's round: K local steps y ← y − η·(g(y) − c_i + c) from the global weights x, and then
 * c_i⁺ = c_i − c + (x − y) ÷ (K·η).
 *
 * Both vectors follow from the same noised gradient sums and from what was known before: under unit `record` they cost
 * what Δy alone costs. Under unit `node` the pair is one release, and is clipped to one norm (`clipJointly`) before its
 * noise. After clipping and rounding the client adds the Δc that it sent to its c_i, not the one that it computed.
 *
 * Source: Karimireddy et al., SCAFFOLD: Stochastic Controlled Averaging for Federated Learning, 2020, algorithm 1,
 * option II.
 *
 * @throws BallastError as `trainLocally`; `TRAINING_OPTION` with a proximal term, which the variates would take for
 *   gradient, or for variates of different sizes.
 */
export function trainScaffold(
  gradients: RecordGradients,
  weights: Float64Array,
  variates: ControlVariates,
  options: LocalTrainingOptions,
  randomBytes: RandomBytes,
  signal?: AbortSignal,
): ScaffoldUpdate {
  const correction = scaffoldCorrection(variates, options);
  const delta = trainLocally(gradients, weights, options, randomBytes, signal, correction);
  return { weights: delta, control: controlChange(delta, variates.global, options) };
}

/** c − c_i, which SCAFFOLD adds to every local gradient. @throws BallastError as {@link trainScaffold}. */
export function scaffoldCorrection(
  { global, own }: ControlVariates,
  { proximal = 0 }: Pick<LocalTrainingOptions, 'proximal'>,
): Float64Array {
  const refuse = (name: string, given: number, expected: string, hint: string) => {
    throw new BallastError('TRAINING_OPTION', `${name}: got ${given}, expected ${expected}`, {
      metadata: { name, given },
      hint,
    });
  };
  if (proximal !== 0) refuse('proximal', proximal, '0 under SCAFFOLD', 'take FedProx or SCAFFOLD, not both');
  if (own.length !== global.length) {
    refuse(
      'own control variate',
      own.length,
      `${global.length} coordinates`,
      'it is of the size of the model',
    );
  }
  return global.map((c, j) => c - own[j]!);
}

/** Δc = c_i⁺ − c_i = −c − Δy ÷ (K·η) of a round's Δy. */
export function controlChange(
  delta: Float64Array,
  global: Float64Array,
  { localSteps, learningRate }: Pick<LocalTrainingOptions, 'localSteps' | 'learningRate'>,
): Float64Array {
  const scale = localSteps * learningRate;
  return delta.map((change, j) => -global[j]! - change / scale);
}
