import type { NodeId } from '../protocol/ids.ts';

/** An honest member says such a message twice a second at most, and seldom for long. */
const PER_SECOND = 4;
const BURST = 32;

type Bucket = { tokens: number; at: number };

/**
 * How often a member is heard with messages that may be said anew. Each of them is new to gossip, and some cost a
 * check of signatures. One bucket for each member and kind, so that there are as many as members times kinds.
 */
export class RepeatLimit {
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds; a clock that goes back gives nothing. @returns whether the message is heard. */
  take(sender: NodeId, kind: string, now: number): boolean {
    const key = `${sender}/${kind}`;
    const bucket = this.#buckets.get(key) ?? { tokens: BURST, at: now };
    const passed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(BURST, bucket.tokens + (passed / 1_000) * PER_SECOND);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
