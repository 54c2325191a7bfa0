import type { Digest } from '../protocol/digest.ts';
import type { Sealed } from '../protocol/envelope.ts';
import { BallastError, MessageError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { type MessageType, REPEATABLE, topicOf } from '../protocol/message-types.ts';
import type { Payload } from '../protocol/messages.ts';
import { Admission, mayBeSaidBy } from './admission.ts';
import { BlobExchange } from './blob-exchange.ts';
import { Blobs } from './blobs.ts';
import type { Certificate } from './certificate.ts';
import type {
  Collaborators,
  EpochOptions,
  LogRequest,
  ParticipantObserver,
  ParticipantOptions,
} from './collaborators.ts';
import type { Epoch } from './committee-record.ts';
import { Effects } from './effects.ts';
import type { Head } from './entry.ts';
import type { Epochs } from './epochs.ts';
import { EvidenceDesk } from './evidence/desk.ts';
import type { Offence } from './evidence/kinds.ts';
import type { RoundLog } from './log.ts';
import type { LoggedRound } from './logged-round.ts';
import { type Memory, readMemory } from './memory.ts';
import type { AnyReceived, Received } from './received.ts';
import type { Roll, RollRow } from './roll.ts';
import { startRound, step } from './round/step.ts';
import type { RoundContext, RoundEvent, RoundState } from './round/types.ts';
import { requireGenesisState } from './round-aggregator.ts';
import { requireSelection } from './selection/index.ts';
import { CatchUp } from './sync/catch-up.ts';
import { answerLog } from './sync/log-server.ts';
import { OwnPast } from './sync/own-past.ts';
import { OwnRows } from './sync/own-rows.ts';
import type { WitnessBook } from './sync/witness-book.ts';
import { Voice } from './voice.ts';

/** A message taken, or why not and who is to blame. */
export type Reception =
  | { readonly action: 'accept'; readonly message: AnyReceived }
  | { readonly action: 'ignore' | 'reject'; readonly code: string; readonly reason: string };

/** Kinds that the round does not wait for. */
const ASIDE: ReadonlySet<MessageType> = new Set(['status', 'recommendation', 'handover']);

/** How often peers that are behind are told so, at most, in milliseconds. */
const STATUS_INTERVAL_MS = 500;

/**
 * One member of the committee at work: takes messages, steps the round, carries out its effects. The node and
 * the simulator both run this; only the collaborators differ.
 */
export class Participant {
  readonly #options: EpochOptions;
  readonly #collaborators: Collaborators;
  readonly #observer: ParticipantObserver;
  readonly #context: RoundContext;
  readonly #admission: Admission;
  readonly #log: RoundLog;
  readonly #effects: Effects;
  readonly #exchange: BlobExchange;
  readonly #voice: Voice;
  readonly #catchUp: CatchUp;
  readonly #ownPast: OwnPast;
  readonly #ownRows: OwnRows;
  readonly #witness: WitnessBook;
  readonly #evidence: EvidenceDesk;
  /** What was said in the round in progress before a restart. */
  readonly #saidBefore: readonly Sealed[];
  readonly #queue: RoundEvent[] = [];
  readonly #stopping = new AbortController();
  #state: RoundState;
  #draining: Promise<void> | undefined;
  #cancelResend: () => void = () => undefined;
  #lastStatus = Number.NEGATIVE_INFINITY;
  /** When the last round was. */
  #decidedAt = Number.NEGATIVE_INFINITY;

  /**
   * Reads log, lock and votes back, so that a restarted member goes on where it was.
   *
   * @throws UsageError `RULE_NEEDS_LOSSES` for an aggregation that asks for what no round has; BallastError
   *   `GENESIS_STATE` for a genesis of another aggregation; UsageError `SELECTION_MIN` for a selection of too few; what reading the store throws.
   */
  static async open(
    options: ParticipantOptions,
    collaborators: Collaborators,
    observer: ParticipantObserver = {},
  ): Promise<Participant> {
    requireGenesisState(options, collaborators.aggregator);
    requireSelection(options.parameters.selection, collaborators.aggregator.minRows);
    const memory = await readMemory(options, collaborators, observer);
    return new Participant(options, collaborators, observer, memory);
  }

  private constructor(
    given: ParticipantOptions,
    givenCollaborators: Collaborators,
    observer: ParticipantObserver,
    { log, epochs, votes, witness, evidence, standing, said, resumed }: Memory,
  ) {
    const { signal } = this.#stopping;
    const options = withEpochs(given, epochs);
    this.#ownPast = new OwnPast({
      options,
      collaborators: givenCollaborators,
      observer,
      votes,
      log,
      signal,
    });
    const collaborators = { ...givenCollaborators, trainer: this.#ownPast.trainer };
    this.#ownRows = new OwnRows({ ...givenCollaborators, log, signal });
    this.#options = options;
    this.#collaborators = collaborators;
    this.#observer = observer;
    this.#log = log;
    this.#witness = witness;
    this.#saidBefore = [...said].sort((a, b) => a.envelope.seq - b.envelope.seq);
    const { network, parameters, layout, size } = options;
    this.#context = {
      self: collaborators.signer.nodeId,
      network,
      ...epochs.current,
      parameters,
      minUpdates: collaborators.aggregator.minRows,
    };
    this.#admission = new Admission(
      { network, epochs, parameters, layout, rowSize: collaborators.aggregator.rowSize(size) },
      { onEquivocation: ({ first, second }) => this.#beside(this.#evidence.contradiction(first, second)) },
    );
    this.#state = startRound(log.head, 0, resumed, standing);
    const blobs = new Blobs(collaborators.store);
    this.#exchange = new BlobExchange(options, collaborators, blobs, (round, from) =>
      this.#post({ type: 'body-requested', round, from }),
    );
    const hear = (message: AnyReceived) => this.#post({ type: 'message', message });
    this.#voice = new Voice(
      network,
      () => epochs.current.committee,
      collaborators,
      log,
      votes,
      hear,
      signal,
      (error) => observer.onError?.(error),
    );
    this.#evidence = new EvidenceDesk({
      book: evidence,
      parameters,
      round: () => log.head.round + 1,
      onOffence: (offence) => {
        observer.onOffence?.(offence);
        this.#post({ type: 'offence', offence });
      },
      send: async (proof) => {
        if (this.#isHeard('evidence')) await this.#voice.accuse(proof);
      },
    });
    this.#effects = new Effects({
      options,
      collaborators,
      observer,
      log,
      votes,
      blobs,
      exchange: this.#exchange,
      voice: this.#voice,
      ownRows: this.#ownRows,
      onLogged: (rounds) => this.#ownPast.noteRounds(rounds),
      onProof: (bytes) => this.#evidence.take(bytes),
      onCarried: (messages) =>
        this.#evidence.compare(messages, (sealed) => this.#admission.heardInstead(sealed)),
      onBasis: (basis) => this.#evidence.noteBasis(basis, options.committee.faults),
      onForgedStep: (proof) => this.#evidence.failedAudit(proof),
      loop: { signal, post: (event) => this.#post(event) },
    });
    this.#catchUp = new CatchUp({
      options,
      collaborators,
      observer,
      head: () => log.head,
      adopt: (rounds, isNewest, epoch) => this.#adopt(rounds, isNewest, epoch),
      signal,
    });
  }

  get head(): Head {
    return this.#log.head;
  }

  get state(): RoundState {
    return this.#state;
  }

  /** Whether it has yet to find out, after a start, how far the others are, or to get there. */
  get isBehind(): boolean {
    return this.#catchUp.isBehind;
  }

  /** Takes part: goes on in the round in progress, and finds out from the others what it missed. */
  start(): void {
    this.#beside(this.#begin());
    this.#beside(this.#catchUp.askAll());
  }

  async #begin(): Promise<void> {
    await this.#ownPast.recall();
    if (this.#stopping.signal.aborted) return;
    for (const offence of this.#evidence.offences) this.#post({ type: 'offence', offence });
    this.#post({ type: 'started' });
    if (this.#log.head.round + 1 === this.#saidBefore[0]?.envelope.round)
      this.#voice.resume(this.#saidBefore);
    this.#scheduleResend();
  }

  /** Ends all waits; resolves when the step under way is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancelResend();
    this.#effects.stop();
    this.#exchange.stop();
    await this.#witness.stop();
    await this.#draining;
  }

  /**
   * A gossiped message: checked at once, acted on in turn. Never throws for what a peer did.
   *
   * @param given its bytes, or what `openEnvelope` made of them: who hands one message to several participants opens
   *   it once.
   */
  receive(given: Uint8Array | Sealed): Reception {
    try {
      const message = this.#admission.admit(given, this.#collaborators.clock.now(), this.#state);
      if (message.sender === this.#collaborators.signer.nodeId) {
        this.#beside(this.#ownPast.learn(message.bytes));
        return { action: 'ignore', code: 'MESSAGE_OWN', reason: 'this node signed it' };
      }
      this.#witness.note(message);
      if (message.type === 'certificate') this.#effects.heardCertificate(message.payload.entry.round);
      this.#ownPast.heard(message.sender);
      if (message.type === 'evidence') this.#beside(this.#takeProof(message));
      else if (!ASIDE.has(message.type)) this.#post({ type: 'message', message });
      this.#beside(this.#evidence.note(message, (sealed) => this.#admission.heardInstead(sealed)));
      this.#catchUp.hear(message.sender, certifiedBy(message));
      return { action: 'accept', message };
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      this.#placeRefused(error, given instanceof Uint8Array ? given : given.bytes);
      return { action: error.action, code: error.code, reason: error.message };
    }
  }

  /** The chain has finalised the block at `height`. */
  onFinalized(height: number): void {
    this.#post({ type: 'finalized', height });
  }

  /** The chain has other blocks than before: the beacon of the round in progress is asked for again. */
  onReorganised(): void {
    this.#post({ type: 'reorganised' });
  }

  /** The certificate of a round in the log. */
  async certificate(round: number): Promise<Certificate | undefined> {
    return this.#log.get(round);
  }

  /** The updates of a round in the log, and what became of each; undefined where this node did without. */
  async roll(round: number): Promise<Roll | undefined> {
    return this.#log.roll(round);
  }

  /** What became of this node's update in a round; undefined where it had none there, or nobody told. */
  async ownRow(round: number): Promise<RollRow | undefined> {
    return this.#ownRows.known(round);
  }

  /** Every proof of an offence that this node keeps. */
  get offences(): readonly Offence[] {
    return this.#evidence.offences;
  }

  /** A kept proof's bytes, for whoever is to check them. */
  proof(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#evidence.bytes(digest);
  }

  /** The round that made a version, from 1 on; undefined for one that the log does not have. */
  roundOf(version: number): Promise<number | undefined> {
    return this.#log.roundOf(version);
  }

  /** Tells the others what this node recommends after a round; it may say so again. */
  async recommend(round: number, payload: Payload<'recommendation'>): Promise<void> {
    await this.#voice.recommend(round, payload);
  }

  /** Who takes part in the round in progress. */
  get epoch(): Epoch {
    return this.#options.epochs.current;
  }

  /** Updates without which a round is aborted. */
  get minUpdates(): number {
    return this.#context.minUpdates;
  }

  /** Who took part in an epoch; undefined for one that was never handed over to this node. */
  epochOf(epoch: number): Epoch | undefined {
    return this.#options.epochs.of(epoch);
  }

  /** Tells the members of an epoch that is over this node's signature for the chain's rotation; it may say so again. */
  async handOver(round: number, payload: Payload<'handover'>): Promise<void> {
    await this.#voice.handOver(round, payload);
  }

  /**
   * What this node serves to peers: models always, updates only after the seal of their round, to members what its
   * proposal rests on, and proofs to all.
   */
  async serve(digest: Digest, peer: NodeId): Promise<Uint8Array | undefined> {
    const round = this.#log.head.round + 1;
    return (await this.#exchange.serve(digest, round, peer)) ?? this.#evidence.bytes(digest);
  }

  /** What a peer gets of this node's log, encoded: see `answerLog`. */
  async serveLog(request: LogRequest, peer: NodeId): Promise<Uint8Array[]> {
    return answerLog(this.#log, request, peer);
  }

  /** What this node holds of a peer: for that peer alone. */
  async serveWitness(peer: NodeId): Promise<Uint8Array[]> {
    return this.#witness.heldOf(peer);
  }

  /** Weights of a version this node holds. */
  async weights(digest: Digest): Promise<Float64Array | undefined> {
    return this.#exchange.weights(digest);
  }

  /** The same, from a peer where this node has only the certificate. @throws BallastError `BODY_NOT_SERVED`. */
  async obtainWeights(digest: Digest, signal: AbortSignal): Promise<Float64Array> {
    return this.#exchange.obtainWeights(digest, this.#log.head.round, signal);
  }

  #post(event: RoundEvent): void {
    if (this.#stopping.signal.aborted) return;
    this.#queue.push(event);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#stopping.signal.aborted) return;
    this.#draining ??= Promise.resolve().then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        const before = this.#state;
        const { state, effects } = step(this.#context, before, event);
        this.#state = state;
        this.#tell(before, state);
        for (const effect of effects) {
          if (this.#stopping.signal.aborted) return;
          await this.#effects.perform(effect);
        }
        if (state.round > before.round) this.#beginRound(state);
      }
    } catch (error) {
      this.#observer.onError?.(error);
    } finally {
      this.#draining = undefined;
      if (this.#queue.length > 0) this.#schedule();
    }
  }

  #beginRound({ round, standing }: RoundState): void {
    this.#decidedAt = this.#collaborators.clock.now();
    this.#admission.forgetBefore(round);
    if (standing !== undefined) this.#beside(this.#evidence.settle(standing));
  }

  /** A proof that does not hold is its sender's fault, and told like any message that is refused. */
  async #takeProof({ sender, payload }: Received<'evidence'>): Promise<void> {
    try {
      await this.#evidence.take(payload.proof);
    } catch (error) {
      if (!(error instanceof BallastError)) throw error;
      // Its sender has decided the round already. Who checked the opening makes the same proof; others ask the leader.
      if (error.code === 'EVIDENCE_AHEAD') return;
      this.#observer.onRefused?.({ sender, code: error.code, reason: error.message });
    }
  }

  #tell(before: RoundState, after: RoundState): void {
    if (after.view > before.view && after.round === before.round)
      this.#observer.onView?.(after.round, after.view);
    if (after.phase !== before.phase) this.#observer.onPhase?.(after.round, after.phase);
  }

  /** What was said in this round is said again until the round ends: messages get lost. */
  #scheduleResend(): void {
    this.#cancelResend = this.#collaborators.clock.setTimer(
      this.#options.parameters.timeouts.resendMs,
      () => {
        for (const { envelope, bytes } of this.#voice.said(this.#state.round, this.#state.view)) {
          this.#collaborators.transport.broadcast(topicOf(envelope.type), bytes);
        }
        this.#scheduleResend();
      },
    );
  }

  /** A message of a past round comes from a peer that is behind; one of the future says that this node is. */
  #placeRefused({ code, metadata: { round, sender } }: MessageError, bytes: Uint8Array): void {
    if (code === 'UPDATE_PRIVACY_BUDGET') this.#beside(this.#evidence.overspent(bytes));
    if (code === 'MESSAGE_PAST_ROUND' && this.#isLong(round) && this.#maySayStatus())
      this.#beside(this.#voice.sendStatus());
    const isAhead = code === 'MESSAGE_FUTURE_ROUND' || code === 'MESSAGE_OTHER_EPOCH';
    if (isAhead && typeof round === 'number' && typeof sender === 'string')
      this.#catchUp.hear(sender, round - 1);
  }

  /** Resolves when the rounds are in the log, or were too late to matter. */
  async #adopt(rounds: readonly LoggedRound[], isNewest: boolean, epoch: Epoch | undefined): Promise<void> {
    this.#post({ type: 'caught-up', rounds, isNewest, epoch });
    await this.#draining;
  }

  /** What nobody waits for; a store that fails under it is told, like under a vote. */
  #beside(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#observer.onError?.(error);
    });
  }

  /** The last words of the round just decided are still on their way, and nobody's mistake. */
  #isLong(round: unknown): boolean {
    const isLast = round === this.#state.round - 1;
    return !isLast || this.#collaborators.clock.now() - this.#decidedAt >= STATUS_INTERVAL_MS;
  }

  /** Whether the others take a kind of message of the last round from this node: it may not have been there yet. */
  #isHeard(type: MessageType): boolean {
    const epoch = this.#options.epochs.at(this.#log.head.round);
    return epoch !== undefined && mayBeSaidBy(epoch, type, this.#collaborators.signer.nodeId);
  }

  #maySayStatus(): boolean {
    if (!this.#isHeard('status')) return false;
    const now = this.#collaborators.clock.now();
    if (now - this.#lastStatus < STATUS_INTERVAL_MS) return false;
    this.#lastStatus = now;
    return true;
  }
}

/** The last round whose certificate the sender of a message must hold, or says that it does. */
function certifiedBy(message: AnyReceived): number {
  if (message.type === 'status') return message.payload.head;
  if (message.type === 'certificate') return message.payload.entry.round;
  return REPEATABLE.has(message.type) ? message.round : message.round - 1;
}

/** Committee and roster are always those of the round in progress. */
function withEpochs(options: ParticipantOptions, epochs: Epochs): EpochOptions {
  return {
    ...options,
    epochs,
    get committee() {
      return epochs.current.committee;
    },
    get roster() {
      return epochs.current.roster.nodes;
    },
  };
}
