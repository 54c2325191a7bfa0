import type { Opened } from './arena.ts';
import type { SentUpdate } from './wire.ts';

/** Holds each store that is read against what the wire has seen by then: the ledger is written before anything leaves. */
export class LedgerCheck {
  readonly violations: string[] = [];
  readonly #debits = new Map<number, number>();

  /** @param updates of the member, as captured before the store was read. */
  opened(index: number, { released, debits }: Opened, updates: readonly SentUpdate[]): void {
    const kept = new Map(released.map(({ round, digest }) => [round, digest]));
    for (const { round, digest } of updates) {
      if (kept.get(round) !== digest)
        this.violations.push(
          `member ${index}: its ledger does not hold the update that it sent in round ${round}`,
        );
    }
    const before = this.#debits.get(index) ?? 0;
    if (debits < before)
      this.violations.push(`member ${index}: its ledger has ${debits} debits after ${before}`);
    this.#debits.set(index, Math.max(before, debits));
  }
}
