import type { Arena, Opened } from './arena.ts';
import type { SentUpdate } from './wire.ts';

/**
 * Holds each store that is read against what the wire has seen by then: the ledger is written before anything leaves,
 * so it has a debit for every update that was heard, and shows no less ε than they cost.
 */
export class LedgerCheck {
  readonly violations: string[] = [];
  readonly #debits = new Map<number, number>();

  /** @param updates of the member, as captured before the store was read. */
  opened(
    index: number,
    { released, debits, epsilon }: Opened,
    updates: readonly SentUpdate[],
    arena: Pick<Arena, 'costOf'>,
  ): void {
    const kept = new Map(released.map(({ round, digest }) => [round, digest]));
    const tell = (what: string) => this.violations.push(`member ${index}: its ledger ${what}`);
    for (const { round, digest } of updates) {
      if (kept.get(round) !== digest) tell(`does not hold the update that it sent in round ${round}`);
    }
    const cost = arena.costOf(updates.length);
    if (debits < updates.length) tell(`has ${debits} debits for ${updates.length} updates on the wire`);
    if (epsilon < cost) tell(`shows ε ${epsilon}, and what was heard of it cost ${cost}`);
    const before = this.#debits.get(index) ?? 0;
    if (debits < before) tell(`has ${debits} debits after ${before}`);
    this.#debits.set(index, Math.max(before, debits));
  }
}
