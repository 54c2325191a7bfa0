import {
  accountantOf,
  coveredUnit,
  createAccountant,
  ledgerAccountant,
  PrivacyLedger,
} from '../../../privacy/index.ts';
import { MemoryStore } from '../../../privacy/test/support.ts';
import type { NetworkParameters } from '../../../protocol/network.ts';
import { localTrainingOptions } from '../../runtime/round-trainer.ts';
import { parametersOf } from '../../runtime/test/fixtures.ts';
import { trainingRelease } from '../../training/index.ts';
import { privacyAccount } from '../account.ts';

export const nextOf = (parameters: NetworkParameters) => trainingRelease(localTrainingOptions(parameters));

/** A ledger that was charged for so many rounds of a network. */
export async function ledgerAfter(
  rounds: number,
  parameters = parametersOf(),
  keyOf = (n: number) => `round/${n}`,
) {
  const accountant = ledgerAccountant(parameters);
  const ledger = await PrivacyLedger.open(new MemoryStore(), parameters.privacy, { accountant });
  for (let round = 1; round <= rounds; round++) {
    await ledger.commit({ key: keyOf(round), event: nextOf(parameters), bytes: Uint8Array.of(round % 256) });
  }
  return ledger;
}

/** What the node of that ledger tells. */
export async function accountAfter(
  rounds: number,
  parameters = parametersOf(),
  keyOf?: (n: number) => string,
) {
  const ledger = await ledgerAfter(rounds, parameters, keyOf);
  return privacyAccount(ledger, {
    accountant: accountantOf(parameters),
    covers: coveredUnit(parameters),
    next: nextOf(parameters),
  });
}

export const open = (name: Parameters<typeof createAccountant>[0]) => createAccountant(name, 'add-remove');
