import type { NodeId } from '../../protocol/ids.ts';

export type ServingLimits = {
  /** Answered at once. */
  readonly total: number;
  /** Of one peer. */
  readonly perPeer: number;
};

/**
 * Places for requests that are answered at once. Names cost nothing: peers that are not members get half of the
 * places together, so that strangers who ask and do not read keep no member from an answer.
 */
export class ServingSlots {
  readonly #limits: ServingLimits;
  readonly #isMember: (peer: NodeId) => boolean;
  readonly #taken = new Map<NodeId, number>();
  #total = 0;
  #strangers = 0;

  constructor(limits: ServingLimits, isMember: (peer: NodeId) => boolean) {
    this.#limits = limits;
    this.#isMember = isMember;
  }

  /** @returns gives the place back; undefined where there is none for this peer. */
  take(peer: NodeId): (() => void) | undefined {
    const { total, perPeer } = this.#limits;
    const own = this.#taken.get(peer) ?? 0;
    const stranger = this.#isMember(peer) ? 0 : 1;
    const isFull = this.#total >= total || (stranger === 1 && this.#strangers >= total / 2);
    if (own >= perPeer || isFull) return undefined;
    this.#taken.set(peer, own + 1);
    this.#total += 1;
    this.#strangers += stranger;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#total -= 1;
      this.#strangers -= stranger;
      const left = (this.#taken.get(peer) ?? 1) - 1;
      if (left === 0) this.#taken.delete(peer);
      else this.#taken.set(peer, left);
    };
  }
}
