import {
  beaconOrder,
  type Certificate,
  type Decided,
  isMember,
  nodesOf,
  type Participant,
} from '../../coordinator/index.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import type { ChainLink } from './chain-link.ts';
import { type HeldModel, toDecidedEvent } from './decided-event.ts';
import type { Emit } from './events.ts';
import type { FeeAdvisor } from './fee-advisor.ts';
import type { HandOver } from './hand-over.ts';
import { pause } from './pause.ts';
import type { PublicMarket } from './public-market.ts';

/** One node after the other takes over from a leader that does not publish. */
const PUBLISH_STAGGER_MS = 4_000;

/**
 * The chain is not as it was a moment ago, when the versions that it lacks were counted: it was reorganised, or is
 * not to be trusted just now. They are counted anew.
 */
const CHAIN_MOVED: ReadonlySet<string> = new Set(['VERSION_MISMATCH', 'EPOCH_MISMATCH', 'CHAIN_HELD']);
const ATTEMPTS = 5;
const RETRY_MS = 1_000;
const TOLD_KEPT = 64;

export type AfterDecisionCollaborators = {
  readonly self: NodeId;
  readonly link: ChainLink;
  readonly participant: Participant;
  readonly market: PublicMarket;
  readonly advisor: FeeAdvisor;
  readonly handOver: Pick<HandOver, 'rotate' | 'speak'>;
  readonly emit: Emit;
  readonly onError: (error: unknown) => void;
  /** Fires when the node stops. */
  readonly signal: AbortSignal;
};

/** What a decision leads to: the report, the publication, the recommendation of a fee. */
export class AfterDecision {
  readonly #collaborators: AfterDecisionCollaborators;
  /** Transactions that were told of. */
  readonly #told = new BoundedCache<true>(TOLD_KEPT);
  /** Ends the wait to publish when the next decision is there: its leader publishes what is missing. */
  #publishing = new AbortController();

  constructor(collaborators: AfterDecisionCollaborators) {
    this.#collaborators = collaborators;
  }

  /** @throws what the chain throws, and the signals' reasons. */
  async follow(decided: Decided): Promise<void> {
    const { advisor, emit, signal } = this.#collaborators;
    const { certificate } = decided;
    const { entry } = certificate;
    // Later rounds are decided too: their models are gone from the peers, and the newest round sees to the rest.
    if (entry.nextCommittee !== null) this.#speak();
    if (decided.isOld === true) {
      emit(toDecidedEvent(decided, undefined));
      return;
    }
    const publishing = this.#startPublishing(`round ${entry.round} is decided`);
    emit(toDecidedEvent(decided, await this.#held(entry.modelDigest)));
    const turn = this.#turn(certificate);
    // Who has no vote in a round neither publishes nor advises after it.
    if (turn === undefined) return;
    await Promise.all([
      // After any outcome: this decision has ended the wait to publish what rounds before it certified.
      this.#publish(entry.round, turn, publishing),
      advisor.advise(certificate, turn, signal),
    ]);
  }

  /**
   * Publishes what is certified and not on the chain: after a restart, a time without the chain, or a
   * reorganisation that undid a publication.
   *
   * @throws what the chain throws, and the signals' reasons.
   */
  async publishMissing(): Promise<void> {
    const { round } = this.#collaborators.participant.head;
    const certificate = round > 0 ? await this.#collaborators.participant.certificate(round) : undefined;
    if (certificate === undefined) return;
    this.#speak();
    const turn = this.#turn(certificate);
    if (turn === undefined) return;
    await this.#publish(round, turn, this.#startPublishing('the chain is read again'));
  }

  /** It lasts until the chain has rotated, beside all else. */
  #speak(): void {
    const { handOver, signal, onError } = this.#collaborators;
    handOver.speak().catch((error: unknown) => {
      if (!signal.aborted) onError(error);
    });
  }

  /** One publication at a time: the next includes what the one before had left. */
  #startPublishing(why: string): AbortSignal {
    this.#publishing.abort(new BallastError('ROUND_OVER', why));
    this.#publishing = new AbortController();
    return AbortSignal.any([this.#publishing.signal, this.#collaborators.signal]);
  }

  /** The model, from a peer where this node has only the certificate; undefined where nobody serves it. */
  async #held(digest: Digest): Promise<HeldModel | undefined> {
    const { participant, market, signal } = this.#collaborators;
    try {
      const weights = await participant.obtainWeights(digest, signal);
      const heldOut = market.heldOut(weights);
      // Each takes tens of milliseconds at first: messages and requests come between.
      await pause(0, signal);
      return { digest: weightsDigest(weights), heldOut, intervals: market.heldOutIntervals(weights) };
    } catch (error) {
      if (error instanceof BallastError && error.code === 'BODY_NOT_SERVED') return undefined;
      throw error;
    }
  }

  /**
   * 0 for the leader who got the round certified, then the others in the beacon's order; undefined for who was no
   * member of its committee.
   */
  #turn({ entry, view }: Certificate): number | undefined {
    const { participant, self } = this.#collaborators;
    const committee = participant.epochOf(entry.epoch)?.committee;
    if (committee === undefined || !isMember(committee, self)) return undefined;
    const order = beaconOrder(entry.beacon, nodesOf(committee));
    return (order.indexOf(self) + order.length - (view % order.length)) % order.length;
  }

  /** Publishes every certified version that the chain does not have yet, oldest first. */
  async #publish(round: number, turn: number, signal: AbortSignal): Promise<void> {
    const { link } = this.#collaborators;
    await link.free(signal);
    await pause(turn * PUBLISH_STAGGER_MS, signal);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#publishAll(round, signal);
        return;
      } catch (error) {
        if (!(error instanceof BallastError) || !CHAIN_MOVED.has(error.code) || attempt === ATTEMPTS)
          throw error;
        await pause(RETRY_MS, signal);
        await link.free(signal);
      }
    }
  }

  /** In the order of the log: the chain takes the versions of an epoch after the rotation to it. */
  async #publishAll(round: number, signal: AbortSignal): Promise<void> {
    for (const { certificate, isVersion, isRotation } of await this.#missing(round)) {
      signal.throwIfAborted();
      if (isVersion) await this.#publishOne(certificate, signal);
      if (isRotation) await this.#rotate(certificate, signal);
    }
  }

  async #publishOne(certificate: Certificate, signal: AbortSignal): Promise<void> {
    const { link, participant, emit } = this.#collaborators;
    const { round, version, modelDigest: digest, epoch } = certificate.entry;
    const committee = participant.epochOf(epoch)?.committee;
    if (committee === undefined) return;
    const transaction = await link.publish(certificate, committee, this.#collaborators.signal);
    // Another's transaction may still be on its way; the next version has to follow it.
    if (transaction === null) await link.awaitVersion(version, signal);
    else if (this.#isNews(transaction)) emit({ event: 'published', round, version, digest, transaction });
  }

  async #rotate(certificate: Certificate, signal: AbortSignal): Promise<void> {
    const { handOver, emit } = this.#collaborators;
    const { round, version, epoch } = certificate.entry;
    const transaction = await handOver.rotate(certificate, signal);
    if (transaction !== null && this.#isNews(transaction))
      emit({ event: 'rotated', round, epoch: epoch + 1, version, transaction });
  }

  /** Two that wait for one transaction, after this decision and after the next, both come back with it. */
  #isNews(transaction: string): boolean {
    const isKnown = this.#told.get(transaction) === true;
    this.#told.set(transaction, true, 1);
    return !isKnown;
  }

  /** What the log has and the chain has not, oldest first. */
  async #missing(last: number): Promise<Missing[]> {
    const { link, participant } = this.#collaborators;
    const chain = await link.published();
    const missing: Missing[] = [];
    for (let round = last; round > 0; round--) {
      const certificate = await participant.certificate(round);
      if (certificate === undefined) break;
      const { version, epoch, outcome, nextCommittee } = certificate.entry;
      const isVersion = version > chain.version && outcome === 'accepted';
      const isRotation = nextCommittee !== null && epoch >= chain.epoch;
      if (isVersion || isRotation) missing.unshift({ certificate, isVersion, isRotation });
      if (version <= chain.version && epoch <= chain.epoch) break;
    }
    return missing;
  }
}

type Missing = {
  readonly certificate: Certificate;
  /** Its version is not on the chain. */
  readonly isVersion: boolean;
  /** It ends an epoch, and the chain has not rotated to the next. */
  readonly isRotation: boolean;
};
