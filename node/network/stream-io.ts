import type { Stream } from '@libp2p/interface';

/** Sends, and waits until the other side has taken enough of it. */
export async function sendAll(stream: Stream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (bytes.length > 0 && !stream.send(bytes)) await stream.onDrain({ signal });
}

/** Runs `use`; the stream is aborted when the signal fires or `use` fails, and closed for writing at the end. */
export async function withStream<T>(stream: Stream, signal: AbortSignal, use: () => Promise<T>): Promise<T> {
  const abort = () => stream.abort(asError(signal.reason));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const result = await use();
    await stream.close({ signal });
    return result;
  } catch (error) {
    stream.abort(asError(error));
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The promise's outcome, or the signal's reason when it fires first. */
export async function raceSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
