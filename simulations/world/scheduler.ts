/**
 * Virtual time: what is due earliest runs next, ties in the order of scheduling. Between two events everything
 * that promises have become ready for runs to its end, so the same schedule gives the same run.
 */
export class Scheduler {
  /** Milliseconds since the Unix epoch at which time began. */
  readonly start: number;
  #now: number;
  #order = 0;
  readonly #heap: Entry[] = [];

  /** @param start milliseconds since the Unix epoch. */
  constructor(start: number) {
    this.start = start;
    this.#now = start;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  /** @returns cancels the event. */
  after(ms: number, run: () => void): () => void {
    const entry = { at: this.#now + ms, order: this.#order++, run, cancelled: false };
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1);
    return () => {
      entry.cancelled = true;
    };
  }

  /** Runs until `done`, or until virtual time passes `deadline`. @returns whether it was done. */
  async run(done: () => boolean, deadline: number): Promise<boolean> {
    await settled();
    while (!done()) {
      const next = this.#heap[0];
      if (next === undefined || next.at > deadline) return done();
      this.#take();
      if (next.cancelled) continue;
      this.#now = next.at;
      next.run();
      await settled();
    }
    return true;
  }

  #take(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#siftDown(0);
  }

  #siftUp(from: number): void {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfBefore(i, parent)) return;
      i = parent;
    }
  }

  #siftDown(from: number): void {
    for (let i = from; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      const smaller = this.#isBefore(right, left) ? right : left;
      if (!this.#swapIfBefore(smaller, i)) return;
      i = smaller;
    }
  }

  #swapIfBefore(a: number, b: number): boolean {
    const x = this.#heap[a];
    const y = this.#heap[b];
    if (x === undefined || y === undefined || !isBefore(x, y)) return false;
    this.#heap[a] = y;
    this.#heap[b] = x;
    return true;
  }

  #isBefore(a: number, b: number): boolean {
    const x = this.#heap[a];
    const y = this.#heap[b];
    return x !== undefined && y !== undefined && isBefore(x, y);
  }
}

type Entry = { readonly at: number; readonly order: number; readonly run: () => void; cancelled: boolean };

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
