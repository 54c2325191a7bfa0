import { BallastError } from '../../../../protocol/errors.ts';

/** What a stream may cost. */
export type SocketLimits = {
  /** Characters of one message. Node.js itself takes no message above 128 MiB. */
  readonly maxMessage: number;
  /** Messages, and their characters, that wait to be read. */
  readonly maxQueued: number;
  readonly maxQueuedLength: number;
  /** The longest silence, and the longest time to connect, milliseconds. */
  readonly idleMs: number;
  readonly connectMs: number;
};

export const DEFAULT_SOCKET_LIMITS: SocketLimits = {
  maxMessage: 32 * 2 ** 20,
  maxQueued: 10_000,
  maxQueuedLength: 64 * 2 ** 20,
  idleMs: 60_000,
  connectMs: 20_000,
};

/** @returns the error of a stream that has ended, for a reason that is safe to print. */
export const disconnected = (name: string, reason: string): BallastError<'SOURCE_DISCONNECTED'> =>
  new BallastError('SOURCE_DISCONNECTED', `${name}: got ${reason}, expected the stream to go on`, {
    metadata: { name, reason },
  });

/**
 * The text messages of a WebSocket, from the connection to its end, which is always an error: streams have none.
 *
 * @param greetings sent once the connection stands.
 * @throws BallastError `SOURCE_DISCONNECTED` when it closes, is silent, or passes a limit; the signal's reason.
 */
export async function* socketMessages(
  name: string,
  url: string,
  greetings: readonly string[],
  limits: SocketLimits,
  signal: AbortSignal,
): AsyncGenerator<string> {
  signal.throwIfAborted();
  const queue: string[] = [];
  let queued = 0;
  let end: unknown;
  let wake = () => {};
  const fail = (error: unknown) => {
    end ??= error;
    wake();
  };
  const failFor = (reason: string) => fail(disconnected(name, reason));
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  let timer = setTimeout(() => failFor(`no connection in ${limits.connectMs} ms`), limits.connectMs);
  const rest = () => {
    clearTimeout(timer);
    timer = setTimeout(() => failFor(`nothing for ${limits.idleMs} ms`), limits.idleMs);
  };
  const abort = () => fail(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  socket.addEventListener('open', () => {
    rest();
    for (const greeting of greetings) socket.send(greeting);
  });
  socket.addEventListener('message', ({ data }: MessageEvent) => {
    if (end !== undefined) return;
    rest();
    if (typeof data !== 'string') return failFor('a message that is no text');
    if (data.length > limits.maxMessage) return failFor(`a message above ${limits.maxMessage} characters`);
    queued += data.length;
    queue.push(data);
    if (queue.length > limits.maxQueued || queued > limits.maxQueuedLength) {
      return failFor('more messages than are read');
    }
    wake();
  });
  socket.addEventListener('error', () => failFor('a failed connection'));
  socket.addEventListener('close', () => failFor('the end of the connection'));
  try {
    for (;;) {
      for (let text = queue.shift(); text !== undefined; text = queue.shift()) {
        queued -= text.length;
        yield text;
        signal.throwIfAborted();
      }
      if (end !== undefined) throw end;
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      await woken.promise;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    end ??= 'over';
    socket.close();
  }
}
