/** Lets a few tasks a key run at once; the others wait in order, up to a bound. */
export class KeyedLimiter {
  readonly #concurrency: number;
  readonly #maxWaiting: number;
  readonly #keys = new Map<string, { running: number; waiting: (() => void)[] }>();

  constructor(concurrency: number, maxWaiting: number) {
    this.#concurrency = concurrency;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Waits for a turn.
   *
   * @returns gives the turn back; undefined when too many wait already.
   * @throws the signal's reason when it fires first.
   */
  async acquire(key: string, signal: AbortSignal): Promise<(() => void) | undefined> {
    signal.throwIfAborted();
    const state = this.#keys.get(key) ?? { running: 0, waiting: [] };
    this.#keys.set(key, state);
    if (state.running < this.#concurrency) {
      state.running += 1;
    } else {
      if (state.waiting.length >= this.#maxWaiting) return undefined;
      await this.#turn(state.waiting, signal);
    }
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = state.waiting.shift();
      // The place passes on without being free in between.
      if (next !== undefined) next();
      else if (--state.running === 0) this.#keys.delete(key);
    };
  }

  #turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const enter = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = () => {
      waiting.splice(waiting.indexOf(enter), 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    waiting.push(enter);
    return promise;
  }
}
