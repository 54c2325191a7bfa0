import { accountantOf, coveredUnit, type LedgerEntry, type PrivacyLedger } from '../../privacy/index.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { PrivacyAccountJson } from '../api/index.ts';
import { privacyAccount } from '../privacy/index.ts';
import { localTrainingOptions } from '../runtime/index.ts';
import { trainingRelease } from '../training/index.ts';

type Ledger = Pick<PrivacyLedger, 'history' | 'policy' | 'position' | 'projection' | 'records' | 'spent'>;

/**
 * The account of a ledger, made anew when the ledger has another entry, whoever asks and however often. After one new
 * entry its cost is what the ledger has just charged; only then and at the first time are all costs asked for.
 */
export class PrivacyAccounts {
  readonly #parameters: NetworkParameters;
  #ledger: Ledger | undefined;
  #history: readonly LedgerEntry[] = [];
  #account: PrivacyAccountJson | undefined;

  constructor(parameters: NetworkParameters) {
    this.#parameters = parameters;
  }

  /** @throws BallastError `LEDGER_UNKNOWN`, `PRIVACY_EVENT_UNSUPPORTED`. */
  of(ledger: Ledger): PrivacyAccountJson {
    const { count } = ledger.position();
    const isKnown = this.#ledger === ledger && this.#history.length === count;
    if (isKnown && this.#account !== undefined) return this.#account;
    this.#history = this.#historyOf(ledger, count);
    this.#ledger = ledger;
    const next = trainingRelease(localTrainingOptions(this.#parameters));
    const accountant = accountantOf(this.#parameters);
    const covers = coveredUnit(this.#parameters);
    this.#account = privacyAccount(ledger, { accountant, covers, next }, this.#history);
    return this.#account;
  }

  #historyOf(ledger: Ledger, count: number): readonly LedgerEntry[] {
    const last =
      this.#ledger === ledger && this.#history.length === count - 1
        ? ledger.records().debits.at(-1)
        : undefined;
    if (last === undefined) return ledger.history();
    const { sequence, key, event } = last;
    const epsilonBefore = this.#history.at(-1)?.epsilonAfter ?? 0;
    return [...this.#history, { sequence, key, event, epsilonBefore, epsilonAfter: ledger.spent().epsilon }];
  }
}
