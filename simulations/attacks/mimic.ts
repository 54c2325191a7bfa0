import { UsageError } from '../../protocol/errors.ts';
import { type Attack, type AttackOptions, attackOptionError, honestOf } from './attack.ts';

/**
 * Mimic: all liars copy the honest update at `index`. Nothing about it is an outlier; its node counts several times
 * over, at the cost of those who are unlike it.
 *
 * Source: Karimireddy et al., Byzantine-Robust Learning on Heterogeneous Datasets via Bucketing, 2022, section 3.2,
 * with the node given in place of the one that lies farthest along the main direction of the honest updates.
 *
 * @throws {UsageError} ATTACK_OPTION; from `craft` ATTACK_CONDITION where there is no such honest node.
 */
export function mimic({ index = 0 }: Pick<AttackOptions, 'index'> = {}): Attack {
  if (!Number.isSafeInteger(index) || index < 0) {
    throw attackOptionError('mimic', 'index', index, 'a whole number ≥ 0');
  }
  return {
    name: 'mimic',
    needs: 'honest',
    random: false,
    craft: (view) => {
      const honest = honestOf('mimic', view);
      const copied = honest[index];
      if (copied !== undefined) return Float64Array.from(copied);
      throw new UsageError(
        'ATTACK_CONDITION',
        `mimic: index is ${index}, expected one of ${honest.length} honest nodes, 0 to ${honest.length - 1}`,
        { metadata: { attack: 'mimic', index, honest: honest.length } },
      );
    },
  };
}
