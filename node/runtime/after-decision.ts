import {
  beaconOrder,
  type Certificate,
  type Committee,
  type Decided,
  type Participant,
} from '../../coordinator/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import type { ChainLink } from './chain-link.ts';
import { type HeldModel, toDecidedEvent } from './decided-event.ts';
import type { Emit } from './events.ts';
import type { FeeAdvisor } from './fee-advisor.ts';
import { pause } from './pause.ts';
import type { PublicMarket } from './public-market.ts';

/** One node after the other takes over from a leader that does not publish. */
const PUBLISH_STAGGER_MS = 4_000;

/**
 * The chain is not as it was a moment ago, when the versions that it lacks were counted: it was reorganised, or is
 * not to be trusted just now. They are counted anew.
 */
const CHAIN_MOVED: ReadonlySet<string> = new Set(['VERSION_MISMATCH', 'CHAIN_HELD']);
const ATTEMPTS = 5;
const RETRY_MS = 1_000;

export type AfterDecisionCollaborators = {
  readonly self: NodeId;
  readonly link: ChainLink;
  readonly committee: Committee;
  readonly participant: Participant;
  readonly market: PublicMarket;
  readonly advisor: FeeAdvisor;
  readonly emit: Emit;
  /** Fires when the node stops. */
  readonly signal: AbortSignal;
};

/** What a decision leads to: the report, the publication, the recommendation of a fee. */
export class AfterDecision {
  readonly #collaborators: AfterDecisionCollaborators;
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
    if (decided.isOld === true) {
      emit(toDecidedEvent(decided, undefined));
      return;
    }
    const publishing = this.#startPublishing(`round ${entry.round} is decided`);
    emit(toDecidedEvent(decided, await this.#held(entry.modelDigest)));
    const turn = this.#turn(certificate);
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
    await this.#publish(round, this.#turn(certificate), this.#startPublishing('the chain is read again'));
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

  /** 0 for the leader who got the round certified, then the others in the beacon's order. */
  #turn({ entry, view }: Certificate): number {
    const { committee, self } = this.#collaborators;
    const order = beaconOrder(
      entry.beacon,
      committee.members.map(({ node }) => node),
    );
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

  async #publishAll(round: number, signal: AbortSignal): Promise<void> {
    const { link, committee, emit } = this.#collaborators;
    for (const certificate of await this.#unpublished(round)) {
      signal.throwIfAborted();
      const transaction = await link.publish(certificate, committee, this.#collaborators.signal);
      const { round: published, version, modelDigest: digest } = certificate.entry;
      if (transaction === null) {
        // Another's transaction may still be on its way; the next version has to follow it.
        await link.awaitVersion(version, signal);
        continue;
      }
      emit({ event: 'published', round: published, version, digest, transaction });
    }
  }

  async #unpublished(last: number): Promise<Certificate[]> {
    const { link, participant } = this.#collaborators;
    const onChain = await link.publishedVersion();
    const missing: Certificate[] = [];
    for (let round = last; round > 0; round--) {
      const certificate = await participant.certificate(round);
      if (certificate === undefined || certificate.entry.version <= onChain) break;
      if (certificate.entry.outcome === 'accepted') missing.unshift(certificate);
    }
    return missing;
  }
}
