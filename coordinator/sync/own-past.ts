import { openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type {
  Clock,
  Collaborators,
  ParticipantObserver,
  ParticipantOptions,
  RoundTrainer,
} from '../collaborators.ts';
import { nodesOf } from '../committee.ts';
import { readMessage } from '../received.ts';
import type { VotingRecord } from '../voting-record.ts';

/** Between two rounds of questions. */
const RETRY_MS = 1_000;
/** Rounds of questions of a node that does not depend on the answers. */
const ATTEMPTS = 5;
/** The most debits that a header of this node spoke of: on disk, so that a restart cannot train before it is told again. */
const DEBITS_KEY = 'debits-signed';
/** How long a node without any record of its own waits for answers. */
const PATIENCE_MS = 3_000;

export type OwnPastParts = {
  readonly options: ParticipantOptions;
  readonly collaborators: Collaborators;
  readonly observer: ParticipantObserver;
  readonly votes: VotingRecord;
  readonly signal: AbortSignal;
};

/**
 * What the others hold of this node, signed with its own key. It is believed from a single peer: nobody else could
 * have signed it. Where this node's own record does not have it, the disk was put back to an older state; then the
 * node sits out the rounds in which it may have signed, and does not train while its privacy ledger is behind.
 */
export class OwnPast {
  readonly #parts: OwnPastParts;
  readonly #answered = new Set<NodeId>();
  readonly #waiting: (() => void)[] = [];
  /** The most debits that a header of this node speaks of. */
  #debits = 0;
  #isToldOfLedger = false;
  #debitsRead: Promise<void> | undefined;
  readonly #recalled = Promise.withResolvers<void>();

  constructor(parts: OwnPastParts) {
    this.#parts = parts;
  }

  /**
   * Asks all others at the same time, again those that did not answer.
   *
   * @returns when this node may take part: at once after an ordinary restart; after some seconds at most where it
   *   has no record of its own at all; where it was restored, not before q − 1 others have answered.
   */
  async recall(): Promise<void> {
    try {
      // Begun before anything is awaited: whether the record is empty is seen before this node says a word.
      await Promise.all([this.#hearOthers(), this.#readDebits()]);
    } finally {
      this.#recalled.resolve();
    }
  }

  async #hearOthers(): Promise<void> {
    const { options, collaborators, observer, votes, signal } = this.#parts;
    const { quorum } = options.committee;
    const isRestored = options.restored === true;
    const asked = this.#askAll();
    if (isRestored) {
      observer.onAbstain?.({
        code: 'RESTORE_UNCONFIRMED',
        reason: `the data folder was restored: nothing is signed until ${quorum - 1} members have said what they hold of this node`,
        until: undefined,
      });
      await this.#answers(quorum - 1);
      if (signal.aborted) return;
      votes.release();
      observer.onConfirmed?.();
    } else if (votes.isEmpty) {
      const { done, cancel } = pause(collaborators.clock, PATIENCE_MS, signal);
      await Promise.race([asked.first, done, this.#answers(quorum - 1)]);
      cancel();
    }
  }

  /** Takes in an envelope that this node signed, whoever had it. Others' are left alone. */
  async learn(bytes: Uint8Array): Promise<void> {
    const { options, collaborators, observer, votes } = this.#parts;
    const sealed = openEnvelope(bytes);
    const { sender, net } = sealed.envelope;
    if (sender !== collaborators.signer.nodeId || net !== options.network) return;
    const message = readMessage(sealed);
    if (message.type === 'update-header') await this.#noteDebits(message.payload.ledger);
    if (!(await votes.recall(sealed))) return;
    observer.onAbstain?.({
      code: 'VOTES_BEHIND',
      reason: `a peer holds a ${message.type} of round ${message.round} that this node signed and has no record of`,
      until: message.round,
    });
  }

  /** Once: what is on disk is known before anything is written over it. */
  #readDebits(): Promise<void> {
    this.#debitsRead ??= this.#readStoredDebits();
    return this.#debitsRead;
  }

  async #readStoredDebits(): Promise<void> {
    const known = await this.#parts.collaborators.store.get(DEBITS_KEY);
    if (known !== undefined) this.#debits = Math.max(this.#debits, Number(new TextDecoder().decode(known)));
  }

  async #noteDebits(debits: number): Promise<void> {
    await this.#readDebits();
    if (debits <= this.#debits) return;
    this.#debits = debits;
    const value = new TextEncoder().encode(String(debits));
    await this.#parts.collaborators.store.write([{ type: 'put', key: DEBITS_KEY, value }]);
  }

  /**
   * The trainer, kept from releasing what an older ledger or an older record would not know of. It waits for `recall`:
   * a node that catches up may be in the next round before it has heard what it signed.
   */
  guarded(trainer: RoundTrainer): RoundTrainer {
    return {
      debits: () => trainer.debits(),
      train: async (round, base, signal) => {
        await this.#recalled.promise;
        if (signal.aborted || round <= this.#parts.votes.floor || this.#isLedgerBehind(trainer.debits()))
          return undefined;
        return trainer.train(round, base, signal);
      },
    };
  }

  #isLedgerBehind(debits: number): boolean {
    if (debits >= this.#debits) {
      this.#isToldOfLedger = false;
      return false;
    }
    if (!this.#isToldOfLedger) {
      this.#parts.observer.onAbstain?.({
        code: 'LEDGER_BEHIND',
        reason: `the privacy ledger has ${debits} debits, and this node has signed an update that was number ${this.#debits}: it votes, and trains no more before a newer ledger is restored`,
        until: undefined,
      });
    }
    this.#isToldOfLedger = true;
    return true;
  }

  /** `first` resolves when everyone has answered or failed once. */
  #askAll(): { readonly first: Promise<void> } {
    const first = this.#askOnce();
    void first.then(() => this.#askAgain(1));
    return { first };
  }

  async #askAgain(attempts: number): Promise<void> {
    const { options, collaborators, signal } = this.#parts;
    const enough = options.restored === true ? options.committee.quorum - 1 : 0;
    const isDone = () => this.#others().every((node) => this.#answered.has(node));
    for (let i = attempts; !isDone() && (i < ATTEMPTS || this.#answered.size < enough); i++) {
      await pause(collaborators.clock, RETRY_MS, signal).done;
      if (signal.aborted) return;
      await this.#askOnce();
    }
  }

  async #askOnce(): Promise<void> {
    const missing = this.#others().filter((node) => !this.#answered.has(node));
    await Promise.all(missing.map((node) => this.#ask(node)));
  }

  async #ask(node: NodeId): Promise<void> {
    const { collaborators, observer, signal } = this.#parts;
    try {
      for (const bytes of (await collaborators.transport.fetchWitness(node, signal)).slice(0, 2)) {
        await this.learn(bytes);
      }
      this.#answered.add(node);
      for (const look of [...this.#waiting]) look();
    } catch (error) {
      if (!signal.aborted && !(error instanceof BallastError)) observer.onError?.(error);
    }
  }

  #answers(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#answered.size >= count || this.#parts.signal.aborted) resolve();
      };
      this.#waiting.push(look);
      this.#parts.signal.addEventListener('abort', look, { once: true });
      look();
    });
  }

  #others(): NodeId[] {
    const { options, collaborators } = this.#parts;
    return nodesOf(options.committee).filter((node) => node !== collaborators.signer.nodeId);
  }
}

/** Time that passes, or the node stops. */
function pause(clock: Clock, ms: number, signal: AbortSignal): { done: Promise<void>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopTimer = clock.setTimer(ms, resolve);
  const cancel = () => {
    stopTimer();
    signal.removeEventListener('abort', cancel);
    resolve();
  };
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return { done: promise, cancel };
}
