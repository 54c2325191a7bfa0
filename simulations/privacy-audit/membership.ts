import type { StabilityModel } from '../../node/models/index.ts';
import {
  type HeadExamples,
  type LocalTrainingOptions,
  openHeads,
  type RecordGradients,
  type TrainingEngine,
  trainLocally,
} from '../../node/training/index.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { type ReleasedRound, scoreByGradient, scoreByLoss, scoreKnowingOthers } from './membership-scores.ts';
import { auditBytes, auditDraws } from './random.ts';
import { recordLosses } from './record-losses.ts';
import type { CanaryScores } from './separation.ts';

/**
 * - `loss`: how much the released model betters the record's loss (Yeom et al. 2018; against the loss before, Watson
 *   et al. 2022);
 * - `gradient`: the likelihood ratio of the released sum with and without the record's gradient, for an attacker who
 *   knows the pool that members are drawn from;
 * - `others`: the same for an attacker who knows of every other record whether it is in, as the definition of
 *   differential privacy allows.
 */
export const MEMBERSHIP_ATTACKS = ['loss', 'gradient', 'others'] as const;
export type MembershipAttack = (typeof MEMBERSHIP_ATTACKS)[number];

export type MembershipOptions = {
  readonly training: LocalTrainingOptions;
  /** Version that training begins from. */
  readonly weights: Float64Array;
  /** How many rounds of the node are released, each from the weights that the one before led to. */
  readonly rounds: number;
  readonly trials: number;
  readonly seed: string;
};

export type MembershipScores = {
  /** Of all records in all trials. */
  readonly all: CanaryScores;
  /** Of the target alone, one a trial, in order: independent of each other, as a proof must have them. */
  readonly target: CanaryScores;
};

/**
 * The membership game: in each trial a fair coin says of each record of the pool whether the node has it; the node
 * trains with the real `trainLocally`, and every attack scores every record by the released updates alone.
 *
 * The target is the record with the largest clipped gradient at the first weights, the earlier of two: the one that
 * privacy is hardest to give to.
 */
export function playMembership(
  pool: { readonly engine: TrainingEngine; readonly model: StabilityModel; readonly examples: HeadExamples },
  options: MembershipOptions,
): Readonly<Record<MembershipAttack, MembershipScores>> {
  const { training, trials, seed } = options;
  const gradients = openHeads(pool.engine, pool.model, pool.examples);
  const { size } = pool.model;
  const atStart = Float64Array.from(gradients.perRecord(options.weights));
  const records = atStart.length / size;
  if (records !== pool.examples.peg.records) {
    throw new RangeError(
      `pool: got ${records} records of which ${pool.examples.peg.records} have peg rows, expected all`,
    );
  }
  const target = loudest(atStart, records);
  const bytes = auditBytes(`membership/${seed}`);
  const { coin } = auditDraws(`membership/${seed}`);
  const collected = { loss: collector(target), gradient: collector(target), others: collector(target) };
  for (let trial = 0; trial < trials; trial++) {
    const isMember = Array.from({ length: records }, coin);
    const sum = {
      loss: new Float64Array(records),
      gradient: new Float64Array(records),
      others: new Float64Array(records),
    };
    for (const round of releaseRounds(gradients, isMember, options, bytes)) {
      add(
        sum.loss,
        scoreByLoss(round, (weights) => recordLosses(pool.model, weights, pool.examples.peg)),
      );
      add(sum.gradient, scoreByGradient(round, training));
      add(sum.others, scoreKnowingOthers(round, isMember));
    }
    for (const attack of MEMBERSHIP_ATTACKS) collected[attack].add(sum[attack], isMember);
  }
  gradients.dispose();
  return {
    loss: collected.loss.scores(),
    gradient: collected.gradient.scores(),
    others: collected.others.scores(),
  };
}

/** The updates of a node whose data are the members, with what an attacker works out of each. */
function* releaseRounds(
  gradients: RecordGradients,
  isMember: readonly boolean[],
  { training, weights, rounds }: MembershipOptions,
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
 * What each record would add to the sum on average over the sampling, at weights that the attacker supposes for the steps: evenly spaced on the
 * way from the base to the released weights. records × size, row-major.
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
    else add(sum, rows);
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

function loudest(rows: Float64Array, records: number): number {
  const size = rows.length / records;
  let [best, most] = [0, -1];
  for (let r = 0; r < records; r++) {
    let norm = 0;
    for (let j = r * size; j < (r + 1) * size; j++) norm += rows[j]! * rows[j]!;
    if (norm > most) [best, most] = [r, norm];
  }
  return best;
}

function collector(target: number) {
  const all = { absent: [] as number[], present: [] as number[] };
  const one = { absent: [] as number[], present: [] as number[] };
  const scores = ({ absent, present }: typeof all): CanaryScores => ({
    absent: Float64Array.from(absent),
    present: Float64Array.from(present),
  });
  return {
    add: (given: Float64Array, isMember: readonly boolean[]): void => {
      for (const [r, inside] of isMember.entries()) {
        const side = inside ? 'present' : 'absent';
        all[side].push(given[r]!);
        if (r === target) one[side].push(given[r]!);
      }
    },
    scores: (): MembershipScores => ({ all: scores(all), target: scores(one) }),
  };
}

function add(sum: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
}
