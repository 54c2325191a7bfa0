import type { SourceClock } from '../data-source.ts';

/** A venue's own rule for how often it may be asked. */
export type RateRule = {
  /** Units that may be spent at once. */
  readonly capacity: number;
  readonly refillPerSecond: number;
};

/**
 * Spends no more than a venue's rule allows. Who asks first is served first; the wait ends with the signal.
 */
export class TokenBucket {
  readonly #rule: RateRule;
  readonly #clock: SourceClock;
  #tokens: number;
  #countedAt: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(rule: RateRule, clock: SourceClock) {
    this.#rule = rule;
    this.#clock = clock;
    this.#tokens = rule.capacity;
    this.#countedAt = clock.now();
  }

  /** Resolves when `cost` units are spent; a cost above the capacity waits for a full bucket. */
  async take(cost: number, signal: AbortSignal): Promise<void> {
    const turn = this.#turn.then(() => this.#spend(Math.min(cost, this.#rule.capacity), signal));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Spends all there is: the venue says that it was asked too often. */
  drain(): void {
    this.#refill();
    this.#tokens = 0;
  }

  async #spend(cost: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      this.#refill();
      // A millisecond's worth of rounding must not make it wait for ever.
      if (this.#tokens >= cost - 1e-9) break;
      const missing = cost - this.#tokens;
      await this.#clock.sleep(Math.ceil((missing / this.#rule.refillPerSecond) * 1000), signal);
    }
    this.#tokens -= cost;
  }

  #refill(): void {
    const now = this.#clock.now();
    const seconds = Math.max(0, now - this.#countedAt) / 1000;
    this.#tokens = Math.min(this.#rule.capacity, this.#tokens + seconds * this.#rule.refillPerSecond);
    this.#countedAt = now;
  }
}
