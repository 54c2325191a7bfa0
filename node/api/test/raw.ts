import { connect, type Socket } from 'node:net';

/** A bare connection, and everything that came back on it until it was closed. */
export type RawConnection = {
  readonly socket: Socket;
  /** Resolves with what came once the other side has closed. */
  readonly closed: Promise<string>;
  readonly received: () => string;
  readonly openedAt: number;
};

export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    if (text.length < 100_000) text += chunk.toString('latin1');
  });
  // A reset is a way to be closed.
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return { socket, closed, received: () => text, openedAt: performance.now() };
}

/** Sends bytes as they are and reads until the server closes. */
export async function sendRaw(port: number, text: string): Promise<string> {
  const { socket, closed } = await openRaw(port);
  socket.write(text);
  const answer = await closed;
  return answer;
}

/** The error code in the body of a raw answer. */
export function rawCode(answer: string): string | undefined {
  return /"code":"([A-Z_]+)"/.exec(answer)?.[1];
}

/** Waits for something to be true, looking again with every turn of the loop; fails after `ms`. */
export async function until(isTrue: () => boolean, what: string, ms = 5_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
