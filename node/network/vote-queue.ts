export type VoteQueueLimits = {
  readonly messages: number;
  readonly bytes: number;
  /** What waited longer goes: what still counts is said again. */
  readonly waitMs: number;
};

type Waiting = { readonly bytes: Uint8Array; readonly since: number };

/**
 * What waits for one member, in order. Past a bound the oldest goes: a member speaks of rounds and views in ascending
 * order, so that the newest words are those of its newest round and view, and what was lost of them is said again.
 */
export class VoteQueue {
  readonly #limits: VoteQueueLimits;
  /** A clock that never goes back, in milliseconds. */
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #bytes = 0;

  constructor(limits: VoteQueueLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Whether anything waits that is not too old. */
  get isEmpty(): boolean {
    this.#dropOld();
    return this.#waiting.length === 0;
  }

  /** The very bytes that wait already are not queued twice: a message is said again until its round ends. */
  push(bytes: Uint8Array): void {
    if (this.#waiting.some((waiting) => waiting.bytes === bytes)) return;
    this.#waiting.push({ bytes, since: this.#now() });
    this.#bytes += bytes.length;
    while (this.#waiting.length > this.#limits.messages || this.#bytes > this.#limits.bytes) this.shift();
  }

  shift(): Uint8Array | undefined {
    const first = this.#waiting.shift();
    this.#bytes -= first?.bytes.length ?? 0;
    return first?.bytes;
  }

  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  #dropOld(): void {
    const oldest = this.#now() - this.#limits.waitMs;
    while ((this.#waiting[0]?.since ?? Number.POSITIVE_INFINITY) < oldest) this.shift();
  }
}
