import type { NetworkParameters } from '../protocol/network.ts';
import { createAccountant } from './accountants/create.ts';
import { accountantOf } from './guarantee.ts';
import type { AccountantFactory } from './ledger-cost.ts';

/** What the ledgers of a network charge by where their releases are no Gaussian sums; see {@link accountantOf}. */
export function ledgerAccountant(
  parameters: Pick<NetworkParameters, 'privacy' | 'training'>,
): AccountantFactory {
  const name = accountantOf(parameters) ?? 'gaussian';
  return (relation) => createAccountant(name, relation);
}
