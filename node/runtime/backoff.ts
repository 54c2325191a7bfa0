import { pause } from './pause.ts';

/** How long to wait before the next try: the first time, and at most. */
export type Backoff = { readonly firstMs: number; readonly mostMs: number };

/** One turn for every try: after a wait, twice as long each time. @throws the signal's reason when it fires. */
export async function* tries({ firstMs, mostMs }: Backoff, signal: AbortSignal): AsyncGenerator<void> {
  for (let wait = firstMs; ; wait = Math.min(2 * wait, mostMs)) {
    await pause(wait, signal);
    yield;
  }
}
