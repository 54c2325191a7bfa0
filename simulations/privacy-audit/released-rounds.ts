import { type LocalTrainingOptions, type RecordGradients, trainLocally } from '../../node/training/index.ts';
import type { RandomBytes } from '../../protocol/random.ts';

/** One released update, and what an attacker makes of it before scoring. */
export type ReleasedRound = {
  readonly base: Float64Array;
  readonly update: Float64Array;
  /** Σ of the gradient sums that the update is made of. */
  readonly sum: Float64Array;
  /** What each record would add to that sum, records × size, row-major. */
  readonly influence: Float64Array;
};

export type RoundsOptions = {
  readonly training: LocalTrainingOptions;
  /** Version that training begins from. */
  readonly weights: Float64Array;
  /** How many rounds of the node are released, each from the weights that the one before led to. */
  readonly rounds: number;
};

/** The updates of a node whose data are the members, with what an attacker works out of each. */
export function* releaseRounds(
  gradients: RecordGradients,
  isMember: readonly boolean[],
  { training, weights, rounds }: RoundsOptions,
  bytes: RandomBytes,
): Generator<ReleasedRound> {
  let base = weights;
  for (let round = 0; round < rounds; round++) {
    const update = trainLocally(onlyMembers(gradients, isMember, weights.length), base, training, bytes);
    yield {
      base,
      update,
      sum: releasedSum(update, training),
      influence: influenceOf(gradients, base, update, training),
    };
    base = base.map((value, j) => value + update[j]!);
  }
}

/** Σ of the noised gradient sums of all steps, as anyone reads it off an update of plain training. */
function releasedSum(
  update: Float64Array,
  { nominalRecords, learningRate, samplingRate = 1 }: LocalTrainingOptions,
): Float64Array {
  return update.map((value) => -value * ((samplingRate * nominalRecords) / learningRate));
}

/**
 * What each record would add to the sum, on average over the sampling, at weights that the attacker supposes for the
 * steps: evenly spaced on the way from the base to the released weights. records × size, row-major.
 */
function influenceOf(
  gradients: RecordGradients,
  base: Float64Array,
  update: Float64Array,
  { localSteps, samplingRate = 1 }: LocalTrainingOptions,
): Float64Array {
  let sum: Float64Array | undefined;
  for (let k = 0; k < localSteps; k++) {
    const rows = gradients.perRecord(base.map((value, j) => value + (k / localSteps) * update[j]!));
    if (sum === undefined) sum = Float64Array.from(rows);
    else addTo(sum, rows);
  }
  return (sum ?? new Float64Array()).map((value) => samplingRate * value);
}

function onlyMembers(
  gradients: RecordGradients,
  isMember: readonly boolean[],
  size: number,
): RecordGradients {
  const members = isMember.flatMap((inside, r) => (inside ? [r] : []));
  const kept = new Float64Array(members.length * size);
  return {
    perRecord: (weights) => {
      const rows = gradients.perRecord(weights);
      for (const [at, r] of members.entries()) kept.set(rows.subarray(r * size, (r + 1) * size), at * size);
      return kept;
    },
    dispose: () => {},
  };
}

/** Adds values to a sum of their length, in place. */
export function addTo(sum: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
}
