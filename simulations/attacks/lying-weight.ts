import { type Attack, type AttackOptions, boostOf, positiveOf } from './attack.ts';

/**
 * Lying weight: the own honest update with its sign turned, times boost, under a claim of `claim` times as many
 * samples as the liar has. A mean that believes sample counts is the liar's alone; a cap on the weight, or a rule that
 * takes none, makes it {@link signFlip}.
 *
 * @throws {UsageError} ATTACK_OPTION.
 */
export function lyingWeight(options: Pick<AttackOptions, 'boost' | 'claim'> = {}): Attack {
  const boost = boostOf('lying-weight', options.boost);
  return {
    name: 'lying-weight',
    needs: 'training',
    random: false,
    claim: positiveOf('lying-weight', 'claim', options.claim, 1000),
    craft: ({ own }) => own.map((x) => -boost * x),
  };
}
