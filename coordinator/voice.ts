import type { Digest } from '../protocol/digest.ts';
import type { Encodable } from '../protocol/encoding.ts';
import type { Sealed } from '../protocol/envelope.ts';
import { BallastError } from '../protocol/errors.ts';
import { type MessageType, REPEATABLE, topicOf } from '../protocol/message-types.ts';
import type { Payload } from '../protocol/messages.ts';
import { castVote } from './certificate.ts';
import type { Collaborators } from './collaborators.ts';
import type { Committee } from './committee.ts';
import { decisionOf } from './entry.ts';
import type { RoundLog } from './log.ts';
import { type AnyReceived, readMessage } from './received.ts';
import type { Broadcast } from './round/types.ts';
import { ABSTENTIONS, type VotingRecord } from './voting-record.ts';

/** What this node says: signed and on disk before it is sent, heard by itself like by the others. */
export class Voice {
  readonly #network: Digest;
  readonly #committee: () => Committee;
  readonly #collaborators: Collaborators;
  readonly #log: RoundLog;
  readonly #votes: VotingRecord;
  readonly #hear: (message: AnyReceived) => void;
  readonly #stopped: AbortSignal;
  readonly #onError: (error: unknown) => void;
  #said: Sealed[] = [];

  constructor(
    network: Digest,
    committee: () => Committee,
    collaborators: Collaborators,
    log: RoundLog,
    votes: VotingRecord,
    hear: (message: AnyReceived) => void,
    stopped: AbortSignal,
    onError: (error: unknown) => void,
  ) {
    this.#network = network;
    this.#committee = committee;
    this.#collaborators = collaborators;
    this.#log = log;
    this.#votes = votes;
    this.#hear = hear;
    this.#stopped = stopped;
    this.#onError = onError;
  }

  /** This node's words of a round that still count in a view. */
  said(round: number, view: number): Sealed[] {
    return this.#said.filter(
      ({ envelope }) => envelope.round === round && (envelope.view === 0 || envelope.view === view),
    );
  }

  /** What was said in this round before a restart is said, and heard, again as it was. */
  resume(said: readonly Sealed[]): void {
    for (const sealed of said) this.#utter(sealed);
  }

  /** The round is over: its words need no repeating. */
  forget(): void {
    this.#said = [];
  }

  async broadcast(effect: Broadcast): Promise<void> {
    const { message, round, view } = effect;
    if (effect.message !== 'commit') {
      await this.say(message, round, view, effect.payload as Encodable);
      return;
    }
    const decision = decisionOf(this.#network, effect.payload.entry, view);
    const signature = await castVote(this.#collaborators.commitScheme, this.#committee(), decision).catch(
      this.#onError,
    );
    // A signer that fails costs this vote, and nothing of what else is due.
    if (signature instanceof Uint8Array)
      await this.say('commit', round, view, { entry: decision.entryDigest, signature });
  }

  async say(type: MessageType, round: number, view: number, payload: Encodable): Promise<void> {
    const signed = this.#votes.sign({ type, round, view, payload }, this.#collaborators.clock.now());
    const sealed = await signed.catch(abstain);
    const isSaid = this.#said.some(({ digest }) => digest === sealed?.digest);
    if (sealed !== undefined && !isSaid && !this.#stopped.aborted) this.#utter(sealed);
  }

  async sendStatus(): Promise<void> {
    const { round } = this.#log.head;
    await this.say('status', round, 0, { head: round });
  }

  async recommend(round: number, payload: Payload<'recommendation'>): Promise<void> {
    await this.say('recommendation', round, 0, payload as Encodable);
  }

  /** What this node, as a member of an epoch that is over, signs for the chain: see the payload. */
  async handOver(round: number, payload: Payload<'handover'>): Promise<void> {
    await this.say('handover', round, 0, payload as Encodable);
  }

  /** A proof for the other members. */
  async accuse(proof: Uint8Array): Promise<void> {
    await this.say('evidence', this.#log.head.round, 0, { proof });
  }

  #utter(sealed: Sealed): void {
    const { type } = sealed.envelope;
    this.#collaborators.transport.broadcast(topicOf(type), sealed.bytes);
    if (REPEATABLE.has(type)) return;
    this.#said.push(sealed);
    this.#hear(readMessage(sealed));
  }
}

/** To say nothing is always safe. */
function abstain(error: unknown): undefined {
  if (!(error instanceof BallastError) || !ABSTENTIONS.has(error.code)) throw error;
}
