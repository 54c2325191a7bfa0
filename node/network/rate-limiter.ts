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

  /** Whether the peer may bring `amount` more now; what it may not bring is not counted. */
  take(peer: NodeId, amount = 1): boolean {
    const bucket = this.#filled(peer);
    if (bucket.tokens < amount) return false;
    bucket.tokens -= amount;
    return true;
  }

  /** Counts `amount` ≤ burst in any case. @returns milliseconds after which the peer is within its rate. */
  owe(peer: NodeId, amount: number): number {
    const bucket = this.#filled(peer);
    bucket.tokens -= amount;
    return bucket.tokens >= 0 ? 0 : (-bucket.tokens / this.#perSecond) * 1000;
  }

  /** Buckets that are not known to be full. */
  get size(): number {
    return this.#buckets.size;
  }

  clear(): void {
    this.#buckets.clear();
  }

  /** Drops the buckets that are full again: a peer that leaves and comes back gains nothing. */
  prune(): void {
    const now = this.#now();
    for (const [peer, bucket] of this.#buckets) {
      if (this.#level(bucket, now) >= this.#burst) this.#buckets.delete(peer);
    }
  }

  #filled(peer: NodeId): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(peer) ?? { tokens: this.#burst, at: now };
    bucket.tokens = this.#level(bucket, now);
    bucket.at = now;
    this.#buckets.set(peer, bucket);
    return bucket;
  }

  #level(bucket: Bucket, now: number): number {
    return Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
  }
}
