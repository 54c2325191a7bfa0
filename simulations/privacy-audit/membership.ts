import type { StabilityModel } from '../../node/models/index.ts';
import { type HeadExamples, openHeads, type TrainingEngine } from '../../node/training/index.ts';
import { scoreByGradient, scoreByLoss, scoreKnowingOthers } from './membership-scores.ts';
import { auditBytes, auditDraws } from './random.ts';
import { recordLosses } from './record-losses.ts';
import { addTo, type RoundsOptions, releaseRounds } from './released-rounds.ts';
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

export type MembershipOptions = RoundsOptions & {
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
  const pegRows = pool.examples.peg.at(-1);
  if (pegRows === undefined || records !== pegRows.records) {
    throw new RangeError(
      `pool: got ${records} records of which ${pegRows?.records ?? 0} have peg rows, expected all`,
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
      addTo(
        sum.loss,
        scoreByLoss(round, (weights) => recordLosses(pool.model, weights, pegRows)),
      );
      addTo(sum.gradient, scoreByGradient(round, training));
      addTo(sum.others, scoreKnowingOthers(round, isMember));
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
