import type { NodeId } from '../../protocol/ids.ts';

type Bucket = { tokens: number; at: number };

/** A token bucket a peer: `burst` at once, `perSecond` in the long run. */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets = new Map<NodeId, Bucket>();

  /** @param now a clock that never goes back, in milliseconds. */
  constructor(rate: { readonly perSecond: number; readonly burst: number }, now: () => number) {
    this.#perSecond = rate.perSecond;
    this.#burst = rate.burst;
    this.#now = now;
  }

  /** Whether the peer may bring one more now. */
  take(peer: NodeId): boolean {
    const now = this.#now();
    const bucket = this.#buckets.get(peer) ?? { tokens: this.#burst, at: now };
    bucket.tokens = this.#level(bucket, now);
    bucket.at = now;
    this.#buckets.set(peer, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Drops the buckets that are full again: a peer that leaves and comes back gains nothing. */
  prune(): void {
    const now = this.#now();
    for (const [peer, bucket] of this.#buckets) {
      if (this.#level(bucket, now) >= this.#burst) this.#buckets.delete(peer);
    }
  }

  #level(bucket: Bucket, now: number): number {
    return Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
  }
}
