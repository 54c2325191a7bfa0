import { openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type {
  Collaborators,
  ParticipantObserver,
  ParticipantOptions,
  RoundTrainer,
} from '../collaborators.ts';
import { type Committee, isMember, nodesOf } from '../committee.ts';
import type { RoundLog } from '../log.ts';
import type { LoggedRound } from '../logged-round.ts';
import { Patience } from '../patience.ts';
import { readMessage } from '../received.ts';
import type { VotingRecord } from '../voting-record.ts';
import { pause } from './pause.ts';
import { ReleaseGuard } from './release-guard.ts';

/** Between two rounds of questions. */
const RETRY_MS = 1_000;
/** Rounds of questions once nothing depends on the answers any more. */
const ATTEMPTS = 5;
/** Before a member that seems to be there is asked once more. */
const HEARD_MS = 200;
/** A member that has not answered by then is asked again. */
const SLOW_MS = 3_000;
/** How long a node without any record of its own waits for answers. */
const PATIENCE_MS = 3_000;
/** Stands for all members: what is asked of all at one moment has one end. */
const EVERYBODY = '';

export type OwnPastParts = {
  readonly options: ParticipantOptions;
  readonly collaborators: Collaborators;
  readonly observer: ParticipantObserver;
  readonly votes: VotingRecord;
  readonly log: Pick<RoundLog, 'head' | 'get' | 'roll'>;
  readonly signal: AbortSignal;
};

/**
 * What the others hold of this node, signed with its own key. It is believed from a single peer: nobody else could
 * have signed it. Where this node's own record does not have it, the disk was put back to an older state; then the
 * node sits out the rounds in which it may have signed, and does not train while its privacy ledger is behind: see
 * `ReleaseGuard`.
 */
export class OwnPast {
  readonly #parts: OwnPastParts;
  readonly #answered = new Set<NodeId>();
  /** Who is being asked, and when who was last asked. */
  readonly #asking = new Set<NodeId>();
  readonly #askedAt = new Map<NodeId, number>();
  readonly #waiting: (() => void)[] = [];
  readonly #recalled = Promise.withResolvers<void>();
  readonly #guard: ReleaseGuard;
  readonly #patience: Patience;

  constructor(parts: OwnPastParts) {
    this.#parts = parts;
    this.#patience = new Patience(parts.collaborators.clock, SLOW_MS);
    const { options, collaborators, observer, votes, signal } = parts;
    this.#guard = new ReleaseGuard({
      collaborators,
      observer,
      needed: votersNeeded(options.committee, collaborators.signer.nodeId),
      patienceMs: options.parameters.timeouts.collectMs / 2,
      floor: () => votes.floor,
      recalled: this.#recalled.promise,
      signal,
    });
  }

  /** The trainer, kept from releasing what an older ledger or an older record would not know of. */
  get trainer(): RoundTrainer {
    return this.#guard.trainer;
  }

  /** Certified rounds that have come into the log. */
  noteRounds(rounds: readonly LoggedRound[]): Promise<void> {
    return this.#guard.noteRounds(rounds);
  }

  /** A member is there: it is asked now, if it has not answered yet. */
  heard(node: NodeId): void {
    const { clock } = this.#parts.collaborators;
    const last = this.#askedAt.get(node);
    if (this.#answered.has(node) || last === undefined || clock.now() - last < HEARD_MS) return;
    void this.#ask(node);
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
      await Promise.all([this.#hearOthers(), this.#guard.read(), this.#guard.noteLog(this.#parts.log)]);
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
    if (message.type === 'update-header') await this.#guard.noteDebits(message.payload.ledger);
    if (!(await votes.recall(sealed))) return;
    observer.onAbstain?.({
      code: 'VOTES_BEHIND',
      reason: `a peer holds a ${message.type} of round ${message.round} that this node signed and has no record of`,
      until: message.round,
    });
  }

  /** `first` resolves when everyone has answered or failed once. */
  #askAll(): { readonly first: Promise<void> } {
    const first = this.#askOnce();
    void first.then(() => this.#askAgain(1));
    return { first };
  }

  async #askAgain(attempts: number): Promise<void> {
    const { options, collaborators, signal } = this.#parts;
    const enough = votersNeeded(options.committee, this.#parts.collaborators.signer.nodeId);
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
    const { clock, transport } = collaborators;
    if (this.#asking.has(node)) return;
    this.#asking.add(node);
    this.#askedAt.set(node, clock.now());
    const asking = this.#patience.begin(EVERYBODY, signal);
    try {
      const held = await transport.fetchWitness(node, asking.signal);
      for (const bytes of held.slice(0, 2)) await this.learn(bytes);
      this.#answered.add(node);
      this.#guard.noteAnswers(this.#answered.size);
      for (const look of [...this.#waiting]) look();
    } catch (error) {
      const isExpected = asking.signal.aborted || error instanceof BallastError;
      if (!isExpected) observer.onError?.(error);
    } finally {
      asking.end();
      this.#asking.delete(node);
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

/** Members other than this node whose answers miss no message that N − q + 1 honest ones hold. */
function votersNeeded(committee: Committee, self: NodeId): number {
  return isMember(committee, self) ? committee.quorum - 1 : committee.quorum;
}
