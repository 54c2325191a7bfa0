import type { NodeId } from '../../protocol/ids.ts';
import { FrameCounter } from './frame-counter.ts';
import { RateLimiter } from './rate-limiter.ts';

export type GossipDoorLimits = {
  /** Gossip's items of one peer, copies and control among them. */
  readonly items: { readonly perSecond: number; readonly burst: number };
  readonly bytes: { readonly perSecond: number; readonly burst: number };
  readonly frameBytes: number;
};

export type GossipDoorCollaborators = {
  /** Hears why a peer's bytes were refused, and cuts its connection: what follows of the stream makes no sense. */
  readonly refuse: (peer: NodeId, code: string) => void;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
};

/**
 * Stands before gossip: counts each peer's bytes and items as they come, before anything is decoded, hashed or kept.
 * A peer's streams and connections share its allowance.
 */
export class GossipDoor {
  readonly #limits: GossipDoorLimits;
  readonly #with: GossipDoorCollaborators;
  readonly #items: RateLimiter;
  readonly #bytes: RateLimiter;

  constructor(limits: GossipDoorLimits, collaborators: GossipDoorCollaborators) {
    this.#limits = limits;
    this.#with = collaborators;
    this.#items = new RateLimiter(limits.items, collaborators.now);
    this.#bytes = new RateLimiter(limits.bytes, collaborators.now);
  }

  /** For one stream of a peer. @returns takes its next bytes: whether gossip gets them. */
  open(peer: NodeId): (piece: Uint8Array) => boolean {
    const counter = new FrameCounter(this.#limits.frameBytes);
    let isRefused = false;
    return (piece) => {
      if (isRefused) return false;
      const code = this.#faultOf(peer, piece, counter);
      if (code === undefined) return true;
      isRefused = true;
      this.#with.refuse(peer, code);
      return false;
    };
  }

  #faultOf(peer: NodeId, piece: Uint8Array, counter: FrameCounter): string | undefined {
    const { items, fault } = counter.count(piece);
    if (fault !== undefined) return fault;
    if (!this.#items.take(peer, items)) return 'GOSSIP_FLOOD';
    return this.#bytes.take(peer, piece.length) ? undefined : 'GOSSIP_BYTES';
  }

  /** Forgets peers that left and have their whole allowance again. */
  prune(): void {
    this.#items.prune();
    this.#bytes.prune();
  }
}
