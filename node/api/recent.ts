/** How old an answer may be, in milliseconds. */
export type AnswerAges = {
  /** Until then it is given without asking again. */
  readonly freshMs: number;
  /** Until then it is given while it is asked for again, so that what is slow makes nobody wait; `freshMs` unless given. */
  readonly staleMs?: number;
};

/**
 * A read whose answer is remembered for a short time, so that many who ask do not become many requests: one is in flight
 * at a time, with what the first who asked gave. A failure is told to those who wait, and not kept.
 *
 * @param now milliseconds; a clock that goes back makes what is remembered old.
 */
export function recent<Given extends readonly unknown[], Value>(
  read: (...given: Given) => Promise<Value>,
  now: () => number,
  { freshMs, staleMs = freshMs }: AnswerAges,
): (...given: Given) => Promise<Value> {
  let latest: { readonly value: Value; readonly at: number } | undefined;
  let pending: Promise<Value> | undefined;
  const refresh = async (given: Given): Promise<Value> => {
    try {
      const value = await Promise.resolve().then(() => read(...given));
      latest = { value, at: now() };
      return value;
    } finally {
      pending = undefined;
    }
  };
  return async (...given) => {
    const since = latest === undefined ? -1 : now() - latest.at;
    const age = since < 0 ? Number.POSITIVE_INFINITY : since;
    if (latest !== undefined && age < freshMs) return latest.value;
    pending ??= refresh(given);
    if (latest === undefined || age >= staleMs) return pending;
    // Whoever finds it too old is told why it could not be read.
    pending.catch(() => undefined);
    return latest.value;
  };
}
