import { CHECKPOINT_ROUNDS } from '../checkpoint.ts';
import type { Abstention, Collaborators, ParticipantObserver, RoundTrainer } from '../collaborators.ts';
import type { RoundLog } from '../log.ts';
import type { LoggedRound } from '../logged-round.ts';
import { pause } from './pause.ts';

/** The most debits that a header of this node spoke of: on disk, so that a restart cannot train before it is told again. */
const DEBITS_KEY = 'debits-signed';
/** The last round whose certified entry has an update of this node that the ledger does not know of. */
const UNKNOWN_KEY = 'release-unknown';

export type ReleaseGuardParts = {
  readonly collaborators: Collaborators;
  readonly observer: ParticipantObserver;
  /** How many others have to say what they hold of this node before it releases anything. */
  readonly needed: number;
  /** How long a round's training waits for them, in milliseconds: what comes later would come too late. */
  readonly patienceMs: number;
  /** Nothing is released for rounds up to this one. */
  readonly floor: () => number;
  /** What is to be known of this node's own votes is known. */
  readonly recalled: Promise<void>;
  readonly signal: AbortSignal;
};

/**
 * Stands between the round and the trainer, so that nothing is released that an older privacy ledger would not know
 * of. Two witnesses speak against a ledger: a header of this node that counts more debits, whoever has it, and a
 * roll of the certified log that has an update of this node in a round of which the ledger has no release.
 *
 * After every start, nothing is released before q − 1 other members have said what they hold of this node: whatever
 * liars answer, no header is missed that N − q + 1 honest others hold.
 */
export class ReleaseGuard {
  readonly #parts: ReleaseGuardParts;
  readonly #confirmed = Promise.withResolvers<void>();
  #isConfirmed: boolean;
  #debits = 0;
  /** 0 where there is none. */
  #unknown = 0;
  #read: Promise<void> | undefined;
  readonly #told = new Set<Abstention['code']>();

  constructor(parts: ReleaseGuardParts) {
    this.#parts = parts;
    this.#isConfirmed = parts.needed <= 0;
  }

  /** Once: what is on disk is known before anything is written over it. */
  read(): Promise<void> {
    this.#read ??= this.#readStored();
    return this.#read;
  }

  /** A header of this node speaks of so many debits. */
  async noteDebits(debits: number): Promise<void> {
    await this.read();
    if (debits <= this.#debits) return;
    this.#debits = debits;
    await this.#write(DEBITS_KEY, debits);
  }

  /** Certified rounds, whenever they come into the log. */
  async noteRounds(rounds: readonly LoggedRound[]): Promise<void> {
    await this.read();
    const missing = rounds
      .filter((round) => this.#isUnknown(round))
      .map(({ certificate }) => certificate.entry.round);
    const last = Math.max(0, ...missing);
    if (last <= this.#unknown) return;
    this.#unknown = last;
    await this.#write(UNKNOWN_KEY, last);
  }

  /** The end of the log on disk: what came into it while the node ran was held against the ledger then. */
  async noteLog(log: Pick<RoundLog, 'head' | 'get' | 'roll'>): Promise<void> {
    const last = log.head.round;
    for (let round = Math.max(1, last - CHECKPOINT_ROUNDS + 1); round <= last; round++) {
      const certificate = await log.get(round);
      if (certificate !== undefined) await this.noteRounds([{ certificate, roll: await log.roll(round) }]);
    }
  }

  /** So many others have answered since the start. */
  noteAnswers(count: number): void {
    if (this.#isConfirmed || count < this.#parts.needed) return;
    this.#isConfirmed = true;
    this.#confirmed.resolve();
    if (this.#told.delete('LEDGER_UNCONFIRMED')) this.#parts.observer.onLedgerConfirmed?.();
  }

  /** The trainer, behind the guard. */
  get trainer(): RoundTrainer {
    const { trainer } = this.#parts.collaborators;
    return {
      debits: () => trainer.debits(),
      hasReleased: (round) => trainer.hasReleased(round),
      train: async (round, base, signal) => {
        await this.#parts.recalled;
        const isFree = round > this.#parts.floor() && (await this.#waitConfirmed(signal));
        // Last: what the others said may have come while it waited.
        if (!isFree || signal.aborted || this.#isLedgerBehind()) return undefined;
        return trainer.train(round, base, signal);
      },
    };
  }

  async #waitConfirmed(signal: AbortSignal): Promise<boolean> {
    if (this.#isConfirmed) return true;
    const { collaborators, needed, patienceMs } = this.#parts;
    const either = AbortSignal.any([signal, this.#parts.signal]);
    const { done, cancel } = pause(collaborators.clock, patienceMs, either);
    await Promise.race([this.#confirmed.promise, done]);
    cancel();
    if (!this.#isConfirmed && !either.aborted) {
      this.#tell(
        'LEDGER_UNCONFIRMED',
        `fewer than ${needed} members have said since the start what they hold of this node: it votes, and trains when they have`,
      );
    }
    return this.#isConfirmed;
  }

  #isLedgerBehind(): boolean {
    const { trainer } = this.#parts.collaborators;
    const debits = trainer.debits();
    const isUnknown = this.#unknown > 0 && !trainer.hasReleased(this.#unknown);
    if (debits >= this.#debits && !isUnknown) {
      this.#told.delete('LEDGER_BEHIND');
      return false;
    }
    const witness =
      debits < this.#debits
        ? `the privacy ledger has ${debits} debits, and this node has signed an update that was number ${this.#debits}`
        : `the privacy ledger has no release of round ${this.#unknown}, and the certified log has this node's update of it`;
    this.#tell('LEDGER_BEHIND', `${witness}: it votes, and trains no more before a newer ledger is restored`);
    return true;
  }

  /** Once for as long as it lasts. */
  #tell(code: Abstention['code'], reason: string): void {
    if (!this.#told.has(code)) this.#parts.observer.onAbstain?.({ code, reason, until: undefined });
    this.#told.add(code);
  }

  #isUnknown({ certificate, roll = [] }: LoggedRound): boolean {
    const { signer, trainer } = this.#parts.collaborators;
    return roll.some(({ node }) => node === signer.nodeId) && !trainer.hasReleased(certificate.entry.round);
  }

  async #readStored(): Promise<void> {
    const { store } = this.#parts.collaborators;
    this.#debits = Math.max(this.#debits, numberFrom(await store.get(DEBITS_KEY)));
    this.#unknown = Math.max(this.#unknown, numberFrom(await store.get(UNKNOWN_KEY)));
  }

  async #write(key: string, value: number): Promise<void> {
    const bytes = new TextEncoder().encode(String(value));
    await this.#parts.collaborators.store.write([{ type: 'put', key, value: bytes }]);
  }
}

function numberFrom(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : Number(new TextDecoder().decode(bytes));
}
