import { digestOfBytes } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import { type Certificate, isCertified, signersOf } from '../certificate.ts';
import type { Collaborators, EpochOptions, ParticipantObserver } from '../collaborators.ts';
import { isMember, nodesOf } from '../committee.ts';
import { decodeEpoch, type Epoch, epochDigest, MAX_EPOCH_BYTES } from '../committee-record.ts';
import { entryDigest, type Head, headAfter } from '../entry.ts';
import { type LoggedRound, readLoggedRound } from '../logged-round.ts';
import { lastRoundOf } from '../next-epoch.ts';
import { Patience } from '../patience.ts';
import { ENOUGH_LOG_BYTES, MAX_LOG_ANSWER } from './log-server.ts';

/** Nodes decide a round at slightly different times: one that is a round behind for less than this is not behind. */
const GRACE_MS = 500;
/** Epochs that one attempt gets through, at most. */
const MAX_HAND_OVERS = 1_024;
/** From the end of one attempt to the next. */
const PAUSE_MS = 500;
/** A peer that takes longer for an answer, or gives less than it has, is asked after the others. */
const SLOW_MS = 3_000;
/** Stands for all members: what is asked of all at one moment has one end. */
const EVERYBODY = '';

export type CatchUpParts = {
  readonly options: EpochOptions;
  readonly collaborators: Collaborators;
  readonly observer: ParticipantObserver;
  readonly head: () => Head;
  /** Puts checked rounds into the log, in the order of the round's events; `isNewest`: no more are known. */
  readonly adopt: (
    rounds: readonly LoggedRound[],
    isNewest: boolean,
    epoch: Epoch | undefined,
  ) => Promise<void>;
  readonly signal: AbortSignal;
};

/**
 * How a node that is behind gets the rounds that it missed: from one peer's log over direct streams.
 *
 * The peer's newest certificate is the checkpoint: refused unless a quorum signed it. What lies between must lead
 * to it, each entry naming the digest of the one before; and every certificate is checked for its quorum before it
 * is stored, so that this node can prove each round in turn to others.
 */
export class CatchUp {
  readonly #parts: CatchUpParts;
  /** Peers that seem to be ahead, and the round that they seem to have certified. */
  readonly #ahead = new Map<NodeId, number>();
  /** How often a peer has failed, promised too much or dawdled since it last did well. */
  readonly #strikes = new Map<NodeId, number>();
  #isRunning = false;
  /** Whether the members have been asked, so that this node knows of being behind. */
  #hasAsked = false;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;

  readonly #patience: Patience;

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
    this.#patience = new Patience(parts.collaborators.clock, SLOW_MS);
    parts.signal.addEventListener('abort', () => this.#timer?.cancel(), { once: true });
  }

  /** A member seems to hold the certificate of a round. */
  hear(peer: NodeId, round: number): void {
    const { head, collaborators } = this.#parts;
    if (round <= head().round || peer === collaborators.signer.nodeId) return;
    this.#ahead.set(peer, Math.max(round, this.#ahead.get(peer) ?? 0));
    this.#schedule(round > head().round + 1 ? 0 : GRACE_MS);
  }

  /** Whether this node has yet to find out how far the others are, or to get there. */
  get isBehind(): boolean {
    const next = this.#parts.head().round + 1;
    return !this.#hasAsked || this.#isRunning || [...this.#ahead.values()].some((round) => round > next);
  }

  /** Asks every member how far its log goes: after a start nobody may have cause to say so. */
  async askAll(): Promise<void> {
    const { options, collaborators, signal } = this.#parts;
    const others = nodesOf(options.committee).filter((node) => node !== collaborators.signer.nodeId);
    await Promise.all(
      others.map(async (peer) => {
        const newest = await this.#newest(peer).catch((error: unknown) => this.#tell(peer, error));
        if (newest !== undefined && !signal.aborted) this.hear(peer, newest.entry.round);
      }),
    );
    this.#hasAsked = true;
  }

  #schedule(ms: number): void {
    const { collaborators, signal } = this.#parts;
    if (this.#isRunning || signal.aborted) return;
    const now = collaborators.clock.now();
    const at = Math.max(now + ms, this.#notBefore);
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const run = () => {
      this.#timer = undefined;
      void this.#run();
    };
    this.#timer = { at, cancel: collaborators.clock.setTimer(at - now, run) };
  }

  /**
   * One peer after the other until none seems to be ahead: those that have kept their word first, and of them those
   * that seem furthest.
   */
  async #run(): Promise<void> {
    const { head, collaborators, signal } = this.#parts;
    this.#isRunning = true;
    for (let peer = this.#next(); peer !== undefined && !signal.aborted; peer = this.#next()) {
      this.#ahead.delete(peer);
      await this.#from(peer).catch((error: unknown) => {
        this.#strike(peer);
        this.#tell(peer, error);
      });
    }
    this.#isRunning = false;
    this.#notBefore = collaborators.clock.now() + PAUSE_MS;
    if ([...this.#ahead.values()].some((round) => round > head().round)) this.#schedule(PAUSE_MS);
  }

  #next(): NodeId | undefined {
    const { round } = this.#parts.head();
    for (const [peer, known] of this.#ahead) if (known <= round) this.#ahead.delete(peer);
    const strikes = (peer: NodeId) => this.#strikes.get(peer) ?? 0;
    return [...this.#ahead].sort(([p, a], [q, b]) => strikes(p) - strikes(q) || b - a)[0]?.[0];
  }

  #strike(peer: NodeId): void {
    this.#strikes.set(peer, (this.#strikes.get(peer) ?? 0) + 1);
  }

  async #from(peer: NodeId): Promise<void> {
    const { head, adopt, signal } = this.#parts;
    const checkpoint = await this.#newest(peer);
    if (checkpoint === undefined || checkpoint.entry.round <= head().round) {
      this.#strike(peer);
      return;
    }
    await this.#followHandOvers(peer, checkpoint.entry.epoch);
    await this.#requireCertified(checkpoint, 'CHECKPOINT_UNCERTIFIED');
    while (head().round < checkpoint.entry.round && !signal.aborted) {
      const from = head();
      const { segment, isPrompt } = await this.#segment(peer, from, checkpoint);
      const last = segment.at(-1)?.certificate.entry;
      const epoch = last === undefined ? undefined : await this.#epochAfter(peer, last);
      await adopt(segment, last?.round === checkpoint.entry.round, epoch);
      // The round in progress may have been decided meanwhile: what is left is asked for from there on.
      if (head().round <= from.round) return;
      if (!isPrompt) {
        this.#strike(peer);
        // What it promised is certified: it stays a way to get there, behind the others.
        this.#ahead.set(peer, checkpoint.entry.round);
        return;
      }
      this.#strikes.delete(peer);
    }
  }

  /** The rounds after `from`, as many as a peer gives at once, linked and certified; and whether it gave its best. */
  async #segment(
    peer: NodeId,
    from: Head,
    checkpoint: Certificate,
  ): Promise<{ readonly segment: LoggedRound[]; readonly isPrompt: boolean }> {
    const { options, collaborators, signal } = this.#parts;
    const most = Math.min(MAX_LOG_ANSWER, checkpoint.entry.round - from.round);
    const asked = collaborators.clock.now();
    const answer = await collaborators.transport.fetchLog(peer, { from: from.round + 1, most }, signal);
    const size = answer.reduce((sum, { length }) => sum + length, 0);
    const isWhole = answer.length >= most || size > ENOUGH_LOG_BYTES;
    const isPrompt = isWhole && collaborators.clock.now() - asked <= SLOW_MS;
    const segment = answer.slice(0, most).map((bytes) => readLoggedRound(bytes, peer));
    if (segment.length === 0)
      throw new BallastError('LOG_NOT_SERVED', `log: got nothing, expected round ${from.round + 1}`);
    let before = from;
    for (const { certificate, roll } of segment) {
      const { entry } = certificate;
      if (roll === undefined && isMember(options.committee, collaborators.signer.nodeId))
        throw new BallastError(
          'ROLL_NOT_SERVED',
          `log: got round ${entry.round} without the roll of its updates`,
        );
      const isLast = entry.round === checkpoint.entry.round;
      if (
        entry.round !== before.round + 1 ||
        entry.parent !== before.entry ||
        (isLast && entryDigest(entry) !== entryDigest(checkpoint.entry))
      ) {
        throw new BallastError(
          'LOG_UNLINKED',
          `log: got an entry of round ${entry.round} that does not link round ${before.round} to the checkpoint`,
        );
      }
      await this.#requireCertified(certificate, 'LOG_UNCERTIFIED');
      before = headAfter(entry);
    }
    return { segment, isPrompt };
  }

  /**
   * Epochs that this node does not know, one hand-over after the other: each certified by the committee before it. Where
   * one is not, the checkpoint stays uncertified.
   */
  async #followHandOvers(peer: NodeId, epoch: number): Promise<void> {
    const { options, collaborators, signal } = this.#parts;
    const { epochs, parameters } = options;
    const { epochRounds } = parameters.committee ?? {};
    if (epochRounds === undefined) return;
    const known = epochs.current.committee.epoch;
    for (let from = known; from < Math.min(epoch, known + MAX_HAND_OVERS) && !signal.aborted; from++) {
      if (epochs.of(from + 1) !== undefined) continue;
      const round = lastRoundOf(epochRounds, from);
      const [record] = await collaborators.transport.fetchLog(peer, { from: round, most: 1 }, signal);
      const certificate = record && readLoggedRound(record, peer).certificate;
      if (certificate?.entry.round !== round || certificate.entry.epoch !== from) return;
      await this.#requireCertified(certificate, 'CHECKPOINT_UNCERTIFIED');
      await this.#epochAfter(peer, certificate.entry);
    }
  }

  /** Who takes part after a certified entry, where that is another epoch. */
  async #epochAfter(peer: NodeId, { epoch, nextCommittee }: RoundEntry): Promise<Epoch | undefined> {
    const { options, collaborators, signal } = this.#parts;
    const { epochs } = options;
    if (nextCommittee === null) return epochs.of(epoch) === epochs.current ? undefined : epochs.of(epoch);
    const known = epochs.of(epoch + 1);
    if (known !== undefined && epochDigest(known) === nextCommittee) return known;
    const bytes = await collaborators.transport.fetch(peer, nextCommittee, MAX_EPOCH_BYTES, signal);
    if (digestOfBytes(bytes) !== nextCommittee)
      throw new BallastError('LOG_MALFORMED', `log: got another record than that of epoch ${epoch + 1}`);
    const next = decodeEpoch(bytes, epoch + 1);
    epochs.learn(next);
    return next;
  }

  async #newest(peer: NodeId): Promise<Certificate | undefined> {
    const { collaborators, signal } = this.#parts;
    const asking = this.#patience.begin(EVERYBODY, signal);
    const [bytes] = await collaborators.transport
      .fetchLog(peer, { from: 'newest' }, asking.signal)
      .finally(asking.end);
    return bytes === undefined ? undefined : readLoggedRound(bytes, peer).certificate;
  }

  async #requireCertified(certificate: Certificate, code: string): Promise<void> {
    const { options, collaborators } = this.#parts;
    const { entry } = certificate;
    const { committee } = options.epochs.of(entry.epoch) ?? options.epochs.current;
    if (await isCertified(certificate, options.network, committee, collaborators.commitScheme)) return;
    throw new BallastError(
      code,
      `certificate of round ${entry.round}: got ${signersOf(certificate).length} signatures, expected ${committee.quorum} valid ones of distinct members`,
      { metadata: { round: entry.round } },
    );
  }

  /** A peer that cannot be reached is no news; one that gives out what is not certified is. */
  #tell(peer: NodeId, error: unknown): undefined {
    const { observer, signal } = this.#parts;
    if (signal.aborted) return;
    if (!(error instanceof BallastError)) observer.onError?.(error);
    else if (REFUSALS.has(error.code))
      observer.onRefused?.({ sender: peer, code: error.code, reason: error.message });
  }
}

const REFUSALS: ReadonlySet<string> = new Set([
  'CHECKPOINT_UNCERTIFIED',
  'LOG_UNCERTIFIED',
  'LOG_UNLINKED',
  'LOG_MALFORMED',
  'ROLL_MALFORMED',
  'ROLL_MISMATCH',
]);
