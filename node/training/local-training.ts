import {
  checkedEvent,
  clipInto,
  noisyRowSum,
  type PrivacyRelation,
  type PrivacyUnit,
  poissonSample,
  type ReleaseEvent,
  releaseEvent,
} from '../../privacy/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import type { RecordGradients } from './engine.ts';

/** How a node trains in one round. All of it is public and the same for every node. */
export type LocalTrainingOptions = {
  /**
   * - `record`: every gradient sum is clipped by record and noised; what comes out may be released.
   * - `node`: no noise here; the caller must noise the whole update before it leaves the node.
   * - `none`: no noise at all.
   */
  readonly unit: PrivacyUnit;
  /** How neighbouring data differ; add-remove where left out. */
  readonly relation?: PrivacyRelation;
  /** Gradient steps a round, each one release under unit `record`. */
  readonly localSteps: number;
  readonly learningRate: number;
  /** L2 bound C of one record's gradient, of all heads together. */
  readonly recordClipNorm: number;
  /** σ / C of the noise on each gradient sum; read under unit `record` only. */
  readonly noiseMultiplier: number;
  /** The grid that gradients are summed on has steps of 2^−gridBits. */
  readonly gridBits: number;
  /**
   * What a gradient sum is divided by: a public constant, never the node's own count, which is private under
   * add-remove.
   */
  readonly nominalRecords: number;
  /**
   * q, 0 < q ≤ 1: each record takes part in a step with this probability, independently of the others and of all
   * other steps (Poisson sampling). The divisor is then q · nominalRecords, the expected size, never the drawn one.
   * 1 where left out.
   */
  readonly samplingRate?: number;
  /**
   * μ ≥ 0: each step is pulled back towards the global weights w_t by the gradient μ·(w − w_t) of (μ/2)·‖w − w_t‖²
   * (FedProx, Li et al., Federated Optimization in Heterogeneous Networks, 2020). 0, plain training, where left out.
   */
  readonly proximal?: number;
};

/**
 * Δ = local − global after `localSteps` full-batch steps from `weights`:
 * w ← w − learningRate · ((noised Σ clipped record gradients) / nominalRecords + proximal · (w − global) + correction)
 * (DP-SGD, Abadi et al. 2016, Algorithm 1). Not clipped as a whole. With a sampling rate q < 1 the sum is over the
 * records that were drawn for the step and the divisor is q · nominalRecords.
 *
 * Every record's gradient is computed in every step, drawn or not, and those that were not drawn are set to zero before
 * the sum: one path for all engines, and how long a step takes does not follow the draw. (Timing is outside the promise
 * all the same.) The number of steps is fixed before; what comes out is the last of them, never the best.
 *
 * The releases are the sums; everything after them is post-processing. That holds for the last two terms as well:
 * they are made of the weights that earlier sums led to and of vectors known before the round, and of no record of
 * this step. They cost no privacy and are not clipped. No loss, count or norm is returned.
 *
 * @param gradients of the node's own records, at most one row of gradients a record.
 * @param correction added to every gradient, of the size of `weights`: SCAFFOLD's c − c_i. Made of released vectors
 *   only, or it would have to be charged for.
 * @throws BallastError `TRAINING_OPTION`; `VECTOR_NOT_FINITE`, `PRIVACY_PARAMETER`, `GRID_TOO_COARSE` or
 *   `GRID_OVERFLOW` from the mechanism; the signal's reason when it is aborted between steps.
 */
export function trainLocally(
  gradients: RecordGradients,
  weights: Float64Array,
  options: LocalTrainingOptions,
  randomBytes: RandomBytes,
  signal?: AbortSignal,
  correction?: Float64Array,
): Float64Array {
  checkOptions(options);
  if (correction !== undefined) checkCorrection(correction, weights.length);
  const { learningRate, proximal = 0, samplingRate = 1 } = options;
  const local = Float64Array.from(weights);
  const step = learningRate / (samplingRate * options.nominalRecords);
  for (let k = 0; k < options.localSteps; k++) {
    signal?.throwIfAborted();
    const rows = gradients.perRecord(local);
    if (samplingRate < 1) keepDrawn(rows, weights.length, samplingRate, randomBytes);
    const sum =
      options.unit === 'record'
        ? noisyRowSum(
            rows,
            weights.length,
            {
              clipNorm: options.recordClipNorm,
              noiseMultiplier: options.noiseMultiplier,
              gridBits: options.gridBits,
            },
            randomBytes,
          )
        : clippedSum(rows, weights.length, options.recordClipNorm);
    if (proximal > 0 || correction !== undefined) {
      for (let j = 0; j < local.length; j++) {
        local[j]! -= learningRate * (proximal * (local[j]! - weights[j]!) + (correction?.[j] ?? 0));
      }
    }
    for (let j = 0; j < local.length; j++) local[j]! -= step * sum[j]!;
  }
  return local.map((value, j) => value - weights[j]!);
}

/**
 * What one round of local training releases, for the ledger to charge before it begins. Under unit `node` that is
 * the caller's one noised update, which every record takes part in: sampling gains nothing there.
 *
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function trainingRelease(options: LocalTrainingOptions): ReleaseEvent {
  const { unit, relation = 'add-remove', noiseMultiplier, samplingRate = 1, localSteps } = options;
  if (unit !== 'record') return releaseEvent({ unit, relation, noiseMultiplier, releases: 1 });
  if (samplingRate === 1) return releaseEvent({ unit, relation, noiseMultiplier, releases: localSteps });
  const gridDeviation = noiseMultiplier * options.recordClipNorm * 2 ** options.gridBits;
  return checkedEvent({
    unit,
    relation,
    event: {
      kind: 'poisson-sampled',
      rate: samplingRate,
      event: { kind: 'discrete-gaussian', noiseMultiplier, gridDeviation },
    },
    releases: localSteps,
  });
}

/** Sets the rows of records that are not drawn to zero, whatever is in them. */
function keepDrawn(rows: Float64Array, length: number, rate: number, randomBytes: RandomBytes): void {
  const drawn = poissonSample(rows.length / length, rate, randomBytes);
  for (let r = 0; r < drawn.length; r++) {
    if (drawn[r] === 0) rows.fill(0, r * length, (r + 1) * length);
  }
}

/** The same sum without grid and noise, so that the three units train alike. */
function clippedSum(rows: Float64Array, length: number, bound: number): Float64Array {
  const sum = new Float64Array(length);
  const clipped = new Float64Array(length);
  for (let from = 0; from < rows.length; from += length) {
    clipInto(rows, { from, length, bound }, clipped, 0);
    for (let j = 0; j < length; j++) sum[j]! += clipped[j]!;
  }
  return sum;
}

function checkCorrection(correction: Float64Array, size: number): void {
  const wrong = correction.findIndex((value) => !Number.isFinite(value));
  if (correction.length === size && wrong === -1) return;
  const got = wrong === -1 ? `${correction.length} coordinates` : `${correction[wrong]} at ${wrong}`;
  throw new BallastError('TRAINING_OPTION', `correction: got ${got}, expected ${size} finite numbers`, {
    metadata: { name: 'correction', given: correction.length, expected: size },
  });
}

function checkOptions({
  localSteps,
  learningRate,
  nominalRecords,
  proximal = 0,
  samplingRate = 1,
}: LocalTrainingOptions): void {
  const refuse = (name: string, value: number, expected: string) => {
    throw new BallastError('TRAINING_OPTION', `${name}: got ${value}, expected ${expected}`, {
      metadata: { name, value },
    });
  };
  if (!Number.isInteger(localSteps) || localSteps < 1)
    refuse('localSteps', localSteps, 'a whole number from 1');
  if (!(learningRate > 0 && Number.isFinite(learningRate)))
    refuse('learningRate', learningRate, 'more than 0');
  if (!(nominalRecords >= 1 && Number.isFinite(nominalRecords)))
    refuse('nominalRecords', nominalRecords, '1 or more');
  if (!(samplingRate > 0 && samplingRate <= 1))
    refuse('samplingRate', samplingRate, 'more than 0, and 1 at most');
  if (!(proximal >= 0 && Number.isFinite(proximal))) refuse('proximal', proximal, '0 or more');
}
