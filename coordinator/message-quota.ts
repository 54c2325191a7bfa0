import type { NodeId } from '../protocol/ids.ts';
import type { Tier } from './standing/tiers.ts';

/**
 * Messages that a sender is heard with for one round, by its tier. An honest member says three things a round and four
 * a view, and views grow longer, so that even the least of these is days of one round: a quarantined member votes like
 * any other.
 */
export const MESSAGE_QUOTAS: Readonly<Record<Tier, number>> = {
  trusted: 4_096,
  newcomer: 1_024,
  probation: 1_024,
  quarantined: 256,
};

/** Counts what senders say for each round, whether or not it was taken. */
export class MessageQuota {
  readonly #counts = new Map<number, Map<NodeId, number>>();

  /** @returns whether the message is within the sender's quota for that round. */
  take(sender: NodeId, round: number, tier: Tier): boolean {
    const counts = this.#counts.get(round) ?? new Map<NodeId, number>();
    this.#counts.set(round, counts);
    const count = (counts.get(sender) ?? 0) + 1;
    if (count > MESSAGE_QUOTAS[tier]) return false;
    counts.set(sender, count);
    return true;
  }

  /** Forgets the rounds before `round`. */
  forgetBefore(round: number): void {
    for (const known of this.#counts.keys()) if (known < round) this.#counts.delete(known);
  }
}
