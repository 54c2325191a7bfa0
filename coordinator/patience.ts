import type { NodeId } from '../protocol/ids.ts';
import type { Clock } from './collaborators.ts';

type Wait = { readonly controller: AbortController; readonly end: () => void; users: number };

/**
 * How long a peer may keep this node waiting. What is asked of one peer at one moment shares a timer and a signal:
 * a member asks a peer for hundreds of bodies at once, and a signal with a listener for each is slow.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #waits = new WeakMap<AbortSignal, Map<string, Wait>>();

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Runs `ask` with a signal that fires when the time is over, or when `signal` does. */
  async within<T>(peer: NodeId, signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const waits = this.#waits.get(signal) ?? new Map<string, Wait>();
    this.#waits.set(signal, waits);
    const place = `${peer}/${this.#clock.now()}`;
    const wait = waits.get(place) ?? this.#begin(signal);
    waits.set(place, wait);
    wait.users += 1;
    try {
      return await ask(wait.controller.signal);
    } finally {
      wait.users -= 1;
      if (wait.users === 0) {
        wait.end();
        if (waits.get(place) === wait) waits.delete(place);
      }
    }
  }

  #begin(signal: AbortSignal): Wait {
    const controller = new AbortController();
    const give = () => controller.abort(signal.reason);
    if (signal.aborted) give();
    const cancel = this.#clock.setTimer(this.#ms, () => controller.abort());
    signal.addEventListener('abort', give, { once: true });
    const end = () => {
      cancel();
      signal.removeEventListener('abort', give);
    };
    return { controller, end, users: 0 };
  }
}
