import { MessageError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { RateLimiter } from './rate-limiter.ts';

/**
 * Twice what admission hears of a sender and kind in the long run and at once: an honest peer hands on no more of one
 * author than it took itself, also where some of it was kept up on the way.
 */
const RATE = { perSecond: 8, burst: 64 } as const;
const MAX_AUTHORS = 1 << 15;

/** How many messages of one author and kind a peer may bring: held against the peer before a signature is checked. */
export class AuthorLimit {
  readonly #rate: RateLimiter;

  /** @param now a clock that never goes back, in milliseconds. */
  constructor(now: () => number) {
    this.#rate = new RateLimiter(RATE, now);
  }

  /** Authors, by kind and by who brought them, that are remembered. */
  get size(): number {
    return this.#rate.size;
  }

  /**
   * @param author as the message says, which may be a lie: it costs nobody but the peer.
   * @throws MessageError `MESSAGE_TOO_OFTEN`, `reject`.
   */
  check(peer: NodeId, author: NodeId, kind: string): void {
    if (this.#rate.size >= MAX_AUTHORS) this.#rate.prune();
    // Names without end, each said a few times: whoever is counted begins anew.
    if (this.#rate.size >= MAX_AUTHORS) this.#rate.clear();
    if (this.#rate.take(`${peer} ${author} ${kind}`)) return;
    throw new MessageError('reject', 'MESSAGE_TOO_OFTEN', `${kind} of ${author}: more than a peer may bring`);
  }
}
