import type { NodeId } from '../../protocol/ids.ts';
import { FrameCounter } from './frame-counter.ts';
import { RateLimiter } from './rate-limiter.ts';

type Rate = { readonly perSecond: number; readonly burst: number };

export type GossipDoorLimits = {
  /** Gossip's items of one peer, copies and control among them: who brings more is cut. */
  readonly items: Rate;
  readonly bytes: Rate;
  readonly frameBytes: number;
  /** Items that gossip gets: what comes faster waits in the stream, unread, and its window with it. */
  readonly pace: {
    readonly member: Rate;
    readonly stranger: Rate;
    /** Of all strangers together: names cost nothing. */
    readonly strangers: Rate;
  };
  /** A peer with more than so many messages that wait to be judged is not read for a while, and then asked again. */
  readonly backlog: { readonly waiting: number; readonly restMs: number };
};

export type GossipDoorCollaborators = {
  /** Hears why a peer's bytes were refused, and cuts its connection: what follows of the stream makes no sense. */
  readonly refuse: (peer: NodeId, code: string) => void;
  /** Whose messages are read before strangers'. */
  readonly isMember: (peer: NodeId) => boolean;
  /** How much of what a peer brought waits to be judged. */
  readonly waiting: (peer: NodeId) => number;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
};

/** The next bytes of a stream. @returns for how many milliseconds the stream rests after them; undefined where gossip does not get them. */
export type Admit = (piece: Uint8Array) => number | undefined;

const STRANGERS = 'strangers';

/**
 * Stands before gossip: counts each peer's bytes and items as they come, before anything is decoded, hashed or kept.
 * A peer's streams and connections share its allowance. Below what gets a peer cut it sets a pace, so that the first
 * of a burst are judged, and their sender cut for them, while the rest has not been read.
 */
export class GossipDoor {
  readonly #limits: GossipDoorLimits;
  readonly #with: GossipDoorCollaborators;
  readonly #items: RateLimiter;
  readonly #bytes: RateLimiter;
  readonly #members: RateLimiter;
  readonly #strangers: RateLimiter;
  readonly #allStrangers: RateLimiter;

  constructor(limits: GossipDoorLimits, collaborators: GossipDoorCollaborators) {
    this.#limits = limits;
    this.#with = collaborators;
    const limiter = (rate: Rate) => new RateLimiter(rate, collaborators.now);
    this.#items = limiter(limits.items);
    this.#bytes = limiter(limits.bytes);
    this.#members = limiter(limits.pace.member);
    this.#strangers = limiter(limits.pace.stranger);
    this.#allStrangers = limiter(limits.pace.strangers);
  }

  /** For one stream of a peer. */
  open(peer: NodeId): Admit {
    const counter = new FrameCounter(this.#limits.frameBytes);
    let isRefused = false;
    return (piece) => {
      if (isRefused) return undefined;
      const { items, fault } = counter.count(piece);
      const code = fault ?? this.#excessOf(peer, items, piece.length);
      if (code === undefined) return this.#restOf(peer, items);
      isRefused = true;
      this.#with.refuse(peer, code);
      return undefined;
    };
  }

  #excessOf(peer: NodeId, items: number, bytes: number): string | undefined {
    if (!this.#items.take(peer, items)) return 'GOSSIP_FLOOD';
    return this.#bytes.take(peer, bytes) ? undefined : 'GOSSIP_BYTES';
  }

  #restOf(peer: NodeId, items: number): number {
    const pace = this.#paceOf(peer, items);
    const { waiting, restMs } = this.#limits.backlog;
    return this.#with.waiting(peer) > waiting ? Math.max(pace, restMs) : pace;
  }

  #paceOf(peer: NodeId, items: number): number {
    if (this.#with.isMember(peer)) return this.#members.owe(peer, items);
    return Math.max(this.#strangers.owe(peer, items), this.#allStrangers.owe(STRANGERS, items));
  }

  /** Forgets peers that left and have their whole allowance again. */
  prune(): void {
    for (const limiter of [this.#items, this.#bytes, this.#members, this.#strangers]) limiter.prune();
  }
}
