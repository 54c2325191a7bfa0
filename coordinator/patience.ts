import type { NodeId } from '../protocol/ids.ts';
import type { Clock } from './collaborators.ts';

type Wait = {
  readonly at: number;
  readonly controller: AbortController;
  readonly end: () => void;
  users: number;
};

/** A question that is being asked. */
export type Asking = {
  /** Fires when the time is over, or when what the question is for ends. */
  readonly signal: AbortSignal;
  /** It has been answered, or given up. */
  readonly end: () => void;
};

/**
 * How long a peer may keep this node waiting. What is asked of one peer at one moment shares a timer and a signal:
 * a member asks a peer for hundreds of bodies at once, and a signal with a listener for each is slow.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #ms: number;
  /** The last wait for each peer. */
  readonly #waits = new WeakMap<AbortSignal, Map<NodeId, Wait>>();

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** The time begins now for what is asked of a peer, and ends when `signal` fires; the caller says when it is over. */
  begin(peer: NodeId, signal: AbortSignal): Asking {
    const waits = this.#waits.get(signal) ?? new Map<NodeId, Wait>();
    this.#waits.set(signal, waits);
    const at = this.#clock.now();
    const last = waits.get(peer);
    const wait = last?.at === at ? last : this.#wait(at, signal);
    waits.set(peer, wait);
    wait.users += 1;
    const end = () => {
      wait.users -= 1;
      if (wait.users > 0) return;
      wait.end();
      if (waits.get(peer) === wait) waits.delete(peer);
    };
    return { signal: wait.controller.signal, end };
  }

  #wait(at: number, signal: AbortSignal): Wait {
    const controller = new AbortController();
    const give = () => controller.abort(signal.reason);
    if (signal.aborted) give();
    const cancel = this.#clock.setTimer(this.#ms, () => controller.abort());
    signal.addEventListener('abort', give, { once: true });
    const end = () => {
      cancel();
      signal.removeEventListener('abort', give);
    };
    return { at, controller, end, users: 0 };
  }
}
