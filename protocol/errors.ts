/**
 * The base of every error that Ballast raises.
 *
 * `code` is stable and meant for programs; `message` says what was given and what was expected, for people;
 * `hint` says what to do next; `metadata` holds the values that the message speaks of. None of them ever
 * carries a secret.
 */
export class BallastError<Code extends string = string> extends Error {
  override readonly name: string = 'BallastError';
  readonly code: Code;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.metadata = Object.freeze({ ...details.metadata });
    this.hint = details.hint;
  }

  /** A plain copy that can cross a worker boundary or be written as JSON. */
  toObject(): { code: Code; message: string; hint?: string; metadata: Record<string, unknown> } {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      metadata: { ...this.metadata },
    };
  }
}

export type ErrorDetails = {
  readonly metadata?: Record<string, unknown>;
  readonly hint?: string;
  readonly cause?: unknown;
};

/** A mistake of the person at the keyboard: the command line prints its message and hint, never a stack. */
export class UsageError<Code extends string = string> extends BallastError<Code> {
  override readonly name = 'UsageError';
}

/**
 * What gossip does with a refused message: `ignore` drops it, `reject` drops it and counts against the peer
 * that forwarded it.
 */
export type GossipAction = 'ignore' | 'reject';

/** A message that a peer sent and that this node does not accept. */
export class MessageError<Code extends string = string> extends BallastError<Code> {
  override readonly name = 'MessageError';
  readonly action: GossipAction;

  constructor(action: GossipAction, code: Code, message: string, details: ErrorDetails = {}) {
    super(code, message, details);
    this.action = action;
  }
}

/** The word of `candidates` closest to `word`, or undefined when none is close: for "did you mean". */
export function closestWord(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

/** Letters left out, added, replaced, or in the place of their neighbours: optimal string alignment. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(substitution, swap, (last[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? b.length;
}
