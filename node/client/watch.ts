/**
 * Calls `poll` now and then every `intervalMs` after the one before has ended, until `signal` aborts. What `poll`
 * throws goes to `onError`, and the next one is tried all the same.
 */
export async function pollUntilAborted(
  poll: () => Promise<void>,
  intervalMs: number,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await poll();
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    await pause(intervalMs, signal);
  }
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => resolve();
  signal.addEventListener('abort', stop, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  });
}
