import { ApiError } from './errors.ts';
import type { TokenSet } from './tokens.ts';

export type AuthLimits = {
  readonly addresses: number;
  readonly tokenFailures: number;
  readonly failureWindowMs: number;
};

export type AuthCollaborators = {
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly onFailure: () => void;
};

type Failures = { count: number; readonly untilMs: number };

/**
 * Lets in who presents a known token. Wrong ones are counted by address in a table with a bound; after
 * `tokenFailures` in a window they are answered 429. A known token always passes: whoever guesses from the same
 * address must not lock its owner out, and a token of 32 characters or more is not found by guessing.
 */
export class AuthGuard {
  readonly #tokens: TokenSet;
  readonly #limits: AuthLimits;
  readonly #collaborators: AuthCollaborators;
  readonly #failures = new Map<string, Failures>();

  constructor(tokens: TokenSet, limits: AuthLimits, collaborators: AuthCollaborators) {
    this.#tokens = tokens;
    this.#limits = limits;
    this.#collaborators = collaborators;
  }

  /** Addresses remembered now. */
  get size(): number {
    return this.#failures.size;
  }

  /** @throws ApiError `TOKEN_MISSING`, `TOKEN_UNKNOWN` or `TOKEN_RATE_LIMITED`. */
  check(header: string | undefined, address: string): void {
    const token = /^bearer +([\x21-\x7e]+) *$/i.exec(header ?? '')?.[1];
    if (token !== undefined && this.#tokens.has(token)) return;
    if (header === undefined) throw new ApiError('TOKEN_MISSING', 'got no token, expected one of this node');
    this.#collaborators.onFailure();
    const { count, untilMs } = this.#count(address);
    if (count <= this.#limits.tokenFailures) {
      throw new ApiError('TOKEN_UNKNOWN', 'got a token that is not known here');
    }
    const retryAfter = Math.max(1, Math.ceil((untilMs - this.#collaborators.now()) / 1000));
    throw new ApiError('TOKEN_RATE_LIMITED', 'too many unknown tokens from this address', { retryAfter });
  }

  #count(address: string): Failures {
    const { addresses, failureWindowMs } = this.#limits;
    const now = this.#collaborators.now();
    const known = this.#failures.get(address);
    const failures =
      known === undefined || known.untilMs <= now ? { count: 0, untilMs: now + failureWindowMs } : known;
    failures.count += 1;
    // The address that failed last stands last: the oldest goes first.
    this.#failures.delete(address);
    this.#failures.set(address, failures);
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= addresses) break;
      this.#failures.delete(oldest);
    }
    return failures;
  }
}
