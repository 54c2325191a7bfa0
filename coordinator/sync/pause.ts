import type { Clock } from '../collaborators.ts';

/** Time that passes, or the node stops. */
export function pause(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
): { readonly done: Promise<void>; readonly cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopTimer = clock.setTimer(ms, resolve);
  const cancel = () => {
    stopTimer();
    signal.removeEventListener('abort', cancel);
    resolve();
  };
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return { done: promise, cancel };
}
