import type { Decision, Opened } from './arena.ts';

/** What every member has decided, held against the others: no two entries for a round, no round left out. */
export class Chronicle {
  readonly violations: string[] = [];
  readonly #entries = new Map<number, Decision>();
  readonly #heads = new Map<number, number>();
  readonly #waiting: { readonly isDone: () => boolean; readonly resolve: () => void }[] = [];

  opened(index: number, { head }: Opened): void {
    const known = this.#heads.get(index) ?? 0;
    if (head < known)
      this.violations.push(`member ${index} came back with round ${head} after round ${known}`);
    this.#heads.set(index, head);
    this.changed();
  }

  decided(decision: Decision): void {
    const { index, round, entry } = decision;
    const known = this.#entries.get(round);
    if (known === undefined) this.#entries.set(round, decision);
    else if (known.entry !== entry)
      this.violations.push(`round ${round}: members ${known.index} and ${index} hold different entries`);
    const head = this.#heads.get(index) ?? 0;
    if (round !== head + 1) this.violations.push(`member ${index} went from round ${head} to round ${round}`);
    this.#heads.set(index, round);
    this.changed();
  }

  /** The first decision of a round. */
  first(round: number): Decision | undefined {
    return this.#entries.get(round);
  }

  /** The last round that anyone has decided. */
  get last(): number {
    return Math.max(0, ...this.#entries.keys());
  }

  headOf(index: number): number {
    return this.#heads.get(index) ?? 0;
  }

  /** Something happened that a wait may be for. */
  changed(): void {
    for (const wait of this.#waiting.splice(0)) {
      if (wait.isDone()) wait.resolve();
      else this.#waiting.push(wait);
    }
  }

  /** @returns false when the time was over first. */
  async until(isDone: () => boolean, withinMs: number): Promise<boolean> {
    if (isDone()) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ isDone, resolve: () => resolve(true) });
    const timer = setTimeout(() => resolve(isDone()), withinMs);
    return promise.finally(() => clearTimeout(timer));
  }
}
