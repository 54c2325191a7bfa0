import type { PrivacyPolicy } from '../../privacy/index.ts';
import { UsageError } from '../../protocol/errors.ts';

/**
 * What a node's ledger is opened under: the network's policy, with a smaller budget where its operator wants to give
 * less. A larger one would be a promise that the network does not make.
 *
 * @param own `privacy.epsilonBudget` of the node's configuration.
 * @throws UsageError `CONFIG_FIELD`.
 */
export function ledgerPolicy(agreed: PrivacyPolicy, own: number | undefined): PrivacyPolicy {
  if (own === undefined) return agreed;
  const { unit, epsilonBudget } = agreed;
  if (unit !== 'none' && own > 0 && own <= epsilonBudget) return { ...agreed, epsilonBudget: own };
  const expected =
    unit === 'none'
      ? 'none in a network without a guarantee'
      : `more than 0 and at most the network's ${epsilonBudget}`;
  throw new UsageError('CONFIG_FIELD', `privacy.epsilonBudget: got ${own}, expected ${expected}`, {
    metadata: { field: 'privacy.epsilonBudget' },
    hint: 'leave it out, and the network’s holds',
  });
}
