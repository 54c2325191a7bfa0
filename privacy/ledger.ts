import { type Digest, digestOfBytes } from '../protocol/digest.ts';
import { BallastError } from '../protocol/errors.ts';
import type { KeyValueStore } from '../protocol/store.ts';
import { checkedEvent, type ReleaseEvent } from './events.ts';
import { type AccountantFactory, Charges, gaussianPart, LedgerCost } from './ledger-cost.ts';
import { type LoadedLedger, loadLedger } from './ledger-load.ts';
import {
  bytesKey,
  type Debit,
  damaged,
  debitKey,
  decodeDebit,
  decodeHead,
  encodeDebit,
  encodeHead,
  LEDGER_KEYS,
  type LedgerPosition,
} from './ledger-records.ts';
import {
  historyOf,
  type LedgerEntry,
  type Plan,
  type Projection,
  project,
  requireProjected,
} from './ledger-report.ts';
import {
  checkedPolicy,
  type LedgerTerms,
  type PrivacyPolicy,
  type PrivacySpent,
  requireBudget,
  requireEventOf,
  termsOf,
} from './policy.ts';

export type LedgerOptions = {
  /**
   * A {@link PrivacyLedger.position} known from elsewhere: the ledger must contain it. Without one, a store that was set
   * back as a whole to an older state cannot be told from a ledger that was always so.
   */
  readonly witness?: LedgerPosition | undefined;
  /** Charges what is no Gaussian sum; without it such events are refused. */
  readonly accountant?: AccountantFactory | undefined;
};

/**
 * The privacy ledger of one node: the only way to a release, and the memory of all of them.
 *
 * It covers every model and trial on the same data (a trial is part of a release's key, never a ledger of its own),
 * never resets by time, and refuses when it does not know: a lost, garbled or foreign record stops it. The debit and the exact bytes of a release are written in one
 * durable batch before the bytes are handed out; after a crash the same bytes come back, and are not charged
 * again. All calls are carried out one after the other.
 *
 * It keeps events; what they cost together is for `LedgerCost` to say: exactly while they are Gaussian sums, whatever the
 * later ones depend on (a privacy filter on Σμ², Smith and Thakurta 2022), else by the accountant that it is given.
 */
export class PrivacyLedger {
  readonly #store: KeyValueStore;
  readonly #policy: PrivacyPolicy;
  readonly #debits: Map<string, Debit>;
  #position: LedgerPosition;
  /** The sum of the losses as they are written; `#charges` may say more, never less. */
  #total: bigint;
  readonly #charges: Charges;
  readonly #cost: LedgerCost;
  #failed = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(store: KeyValueStore, policy: PrivacyPolicy, loaded: LoadedLedger, cost: LedgerCost) {
    this.#store = store;
    this.#policy = policy;
    this.#cost = cost;
    this.#debits = new Map(loaded.debits.map((debit) => [debit.key, debit]));
    this.#position = { count: loaded.debits.length, checksum: loaded.last };
    this.#total = loaded.total;
    this.#charges = Charges.of(
      loaded.debits.map(({ event }) => event),
      loaded.total,
    );
  }

  /**
   * Opens the ledger in `store`, or begins one where there is none, and verifies every record.
   *
   * @throws BallastError `PRIVACY_PARAMETER` for the policy; `LEDGER_DAMAGED`; `LEDGER_FORMAT`;
   *   `LEDGER_ROLLED_BACK` when the witness is missing from it; `PRIVACY_POLICY_MISMATCH` when it was kept
   *   under another unit, relation or δ; `PRIVACY_EVENT_UNSUPPORTED` when nobody can say what its events cost.
   */
  static async open(
    store: KeyValueStore,
    policy: PrivacyPolicy,
    { witness, accountant }: LedgerOptions = {},
  ): Promise<PrivacyLedger> {
    const checked = checkedPolicy(policy);
    const loaded = await loadLedger(store, termsOf(checked), witness);
    const ledger = new PrivacyLedger(store, checked, loaded, new LedgerCost(checked, accountant));
    ledger.spent();
    return ledger;
  }

  /**
   * Asks, before any work is done on private data, whether the budget bears the event.
   *
   * @returns what would be spent after it.
   * @throws BallastError `PRIVACY_BUDGET_EXCEEDED` with spent, would-be and budget; `PRIVACY_POLICY_MISMATCH`
   *   for an event of another unit or relation; `PRIVACY_EVENT_UNSUPPORTED`; `PRIVACY_PARAMETER`; `LEDGER_UNKNOWN`.
   */
  authorise(event: ReleaseEvent): Promise<PrivacySpent> {
    return this.#exclusive(async () => this.#admit(event));
  }

  /**
   * Charges the event and keeps the exact bytes, durably, before anyone sees them.
   *
   * Send what it returns, never the bytes that were passed in: where the key was already charged, those of the
   * first time come back and nothing more is charged.
   *
   * @throws as {@link authorise}; `LEDGER_UNKNOWN` from then on when the store failed or was changed by
   *   another; `LEDGER_DAMAGED` when the stored bytes are gone.
   */
  commit(release: {
    readonly key: string;
    readonly event: ReleaseEvent;
    readonly bytes: Uint8Array;
  }): Promise<Uint8Array> {
    const { key, event } = release;
    const bytes = Uint8Array.from(release.bytes);
    return this.#exclusive(async () => {
      const earlier = this.#debits.get(key);
      if (earlier !== undefined) return this.#storedBytes(earlier);
      requireKey(key);
      this.#admit(event);
      await this.#append({ key, event: checkedEvent(event), bytes });
      return Uint8Array.from(bytes);
    });
  }

  /** The bytes released under `key`, or undefined. @throws BallastError `LEDGER_DAMAGED`, `LEDGER_UNKNOWN`. */
  released(key: string): Promise<Uint8Array | undefined> {
    return this.#exclusive(async () => {
      const debit = this.#debits.get(key);
      return debit === undefined ? undefined : this.#storedBytes(debit);
    });
  }

  /** What has been spent. `releases` counts noisy sums, not keys. @throws BallastError `LEDGER_UNKNOWN`. */
  spent(): PrivacySpent {
    this.#requireKnown();
    return this.#spentAt(this.#charges);
  }

  /** What the ledger promises; the budget is this node's own. */
  get policy(): PrivacyPolicy {
    return this.#policy;
  }

  /** Whether something was released under `key`. @throws BallastError `LEDGER_UNKNOWN`. */
  has(key: string): boolean {
    this.#requireKnown();
    return this.#debits.has(key);
  }

  /**
   * Every release with what had been spent before and after it, in order.
   *
   * @param accountant says what the same releases cost under another accountant, Gaussian ones too.
   * @throws BallastError `LEDGER_UNKNOWN`, `PRIVACY_EVENT_UNSUPPORTED`.
   */
  history(accountant?: AccountantFactory): readonly LedgerEntry[] {
    this.#requireKnown();
    return historyOf([...this.#debits.values()], this.#costBy(accountant));
  }

  /**
   * What rounds to come would cost and how many the budget bears. A PLD accountant composes some forty times.
   *
   * @param accountant as for {@link history}.
   * @throws BallastError `LEDGER_UNKNOWN`, `PRIVACY_EVENT_UNSUPPORTED`, `PRIVACY_POLICY_MISMATCH`, `PRIVACY_PARAMETER`.
   */
  projection(plan: Plan, accountant?: AccountantFactory): Projection {
    this.#requireKnown();
    return project(this.#policy, this.#charges, this.#costBy(accountant), plan);
  }

  /**
   * Asks, before a training of many rounds begins, whether the budget bears all of them.
   *
   * @throws BallastError `PRIVACY_PLAN_EXCEEDED` with how many it bears; as {@link projection}.
   */
  requirePlan(event: ReleaseEvent, rounds: number): Projection {
    const projection = this.projection({ event, rounds });
    requireProjected(this.#policy, projection, rounds);
    return projection;
  }

  /** The debits in order, without the bytes, and where they end: see `exportLedger`. @throws BallastError `LEDGER_UNKNOWN`. */
  records(): { readonly terms: LedgerTerms; readonly debits: readonly Debit[]; readonly last: Digest } {
    this.#requireKnown();
    return {
      terms: termsOf(this.#policy),
      debits: [...this.#debits.values()],
      last: this.#position.checksum,
    };
  }

  /** Where the ledger stands: what to publish, and to pass to {@link open} as a witness. @throws BallastError `LEDGER_UNKNOWN`. */
  position(): LedgerPosition {
    this.#requireKnown();
    return this.#position;
  }

  #admit(event: ReleaseEvent): PrivacySpent {
    checkedEvent(event);
    requireEventOf(this.#policy, event);
    const after = this.#spentAt(this.#charges.plus(event));
    requireBudget(this.#policy, this.spent(), after);
    return after;
  }

  #costBy(accountant: AccountantFactory | undefined): LedgerCost {
    return accountant === undefined ? this.#cost : new LedgerCost(this.#policy, accountant, false);
  }

  async #append(charge: {
    readonly key: string;
    readonly event: ReleaseEvent;
    readonly bytes: Uint8Array;
  }): Promise<void> {
    const { key, event, bytes } = charge;
    const loss = gaussianPart(event);
    const sequence = this.#position.count;
    const debit: Debit = {
      sequence,
      key,
      event,
      bytesDigest: digestOfBytes(bytes),
      loss,
      total: this.#total + loss,
      previous: this.#position.checksum,
    };
    const record = encodeDebit(debit);
    requireReadable(record.bytes, debitKey(sequence));
    const head = { count: sequence + 1, total: debit.total, last: record.checksum };
    try {
      await this.#requireUnchanged();
      await this.#store.write([
        { type: 'put', key: bytesKey(sequence), value: bytes },
        { type: 'put', key: debitKey(sequence), value: record.bytes },
        { type: 'put', key: LEDGER_KEYS.head, value: encodeHead({ terms: termsOf(this.#policy), ...head }) },
      ]);
    } catch (cause) {
      // The batch may or may not be on disk, and only a new look at the store can tell.
      this.#failed = true;
      throw unknown('a write failed', cause);
    }
    this.#debits.set(key, debit);
    this.#position = { count: head.count, checksum: head.last };
    this.#total = debit.total;
    this.#charges.add(event);
  }

  /** Two ledgers over one store would each spend the whole budget. */
  async #requireUnchanged(): Promise<void> {
    const next = await this.#store.get(debitKey(this.#position.count));
    const head = await this.#store.get(LEDGER_KEYS.head);
    const count = head === undefined ? 0 : decodeHead(head).count;
    if (next !== undefined || count !== this.#position.count) {
      throw new BallastError(
        'LEDGER_CHANGED',
        `privacy ledger: got ${count} records in the store, expected the ${this.#position.count} of this process`,
      );
    }
  }

  async #storedBytes(debit: Debit): Promise<Uint8Array> {
    const bytes = await this.#store.get(bytesKey(debit.sequence));
    if (bytes === undefined || digestOfBytes(bytes) !== debit.bytesDigest) {
      throw damaged(bytesKey(debit.sequence), bytes === undefined ? 'nothing' : 'other bytes');
    }
    return Uint8Array.from(bytes);
  }

  #spentAt(charges: Charges): PrivacySpent {
    const { unit, delta } = this.#policy;
    const { releases } = charges;
    return { epsilon: this.#cost.epsilon(charges), delta: unit === 'none' ? 0 : delta, releases };
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => {
      this.#requireKnown();
      return work();
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #requireKnown(): void {
    if (this.#failed) throw unknown('an earlier write failed');
  }
}

/** What could not be read again must not be written. */
function requireReadable(record: Uint8Array, where: string): void {
  try {
    decodeDebit(record, where);
  } catch (cause) {
    throw new BallastError(
      'PRIVACY_PARAMETER',
      `event: got one of ${record.length} bytes, expected one within the limits of a ledger's record`,
      { cause, hint: 'count equal events with "repeated", or make several releases of them' },
    );
  }
}

function requireKey(key: string): void {
  if (typeof key !== 'string' || key.length === 0 || key.length > 200 || !key.isWellFormed()) {
    throw new BallastError(
      'PRIVACY_PARAMETER',
      `release key: got ${JSON.stringify(key)?.slice(0, 80)}, expected a name of 1 to 200 characters such as "round/12"`,
    );
  }
}

function unknown(reason: string, cause?: unknown): BallastError {
  return new BallastError('LEDGER_UNKNOWN', `privacy ledger: ${reason}, so what was spent is unknown`, {
    cause,
    hint: 'stop, see that only one process uses the data folder, and open the ledger again',
  });
}
