import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRaw } from '../../api/test/raw.ts';

const MIB = 2 ** 20;
const BODY_BYTES = 10 * MIB;

export type Attack = {
  readonly port: number;
  /** A token that the node knows, where it wants one: readers of events who never read may be clients. */
  readonly token: string | undefined;
  readonly seconds: number;
  readonly slowSockets: number;
  readonly badTokens: number;
  readonly silentReaders: number;
};

/** What was sent in all; the bodies' bytes are those that the node's socket took. */
export type AttackCount = { slow: number; bodies: number; bodyMib: number; tokens: number; readers: number };

/** Everything at once: headers that never end, bodies of 10 MB, unknown tokens, readers who never read. */
export async function attack(options: Attack): Promise<AttackCount> {
  const { port, token, seconds } = options;
  const until = performance.now() + seconds * 1_000;
  const isOver = () => performance.now() >= until;
  const count: AttackCount = { slow: 0, bodies: 0, bodyMib: 0, tokens: 0, readers: 0 };

  const slow = async () => {
    while (!isOver()) {
      const opened = await openRaw(port).catch(() => undefined);
      if (opened === undefined) {
        await sleep(200);
        continue;
      }
      count.slow += 1;
      let isOpen = true;
      void opened.closed.then(() => {
        isOpen = false;
      });
      opened.socket.write('GET /v1/models HTTP/1.1\r\nhost: localhost\r\n');
      while (isOpen && !isOver()) {
        await sleep(500);
        if (opened.socket.writable) opened.socket.write('x-a: 1\r\n');
      }
      opened.socket.destroy();
    }
  };

  const bodies = async (framing: string) => {
    const isChunked = framing.startsWith('transfer');
    const block = Buffer.alloc(64 * 1024, 0x20);
    const part = isChunked ? Buffer.concat([Buffer.from('10000\r\n'), block, Buffer.from('\r\n')]) : block;
    while (!isOver()) {
      const opened = await openRaw(port).catch(() => undefined);
      if (opened !== undefined) {
        count.bodies += 1;
        const { socket } = opened;
        const known = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
        socket.write(
          `POST /v1/predictions/peg HTTP/1.1\r\nhost: localhost\r\n${known}content-type: application/json\r\n${framing}\r\n\r\n`,
        );
        for (let sent = 0; sent < BODY_BYTES && socket.writable && !isOver(); sent += part.length) {
          // A socket that nobody reads takes nothing more, and says nothing of it.
          await Promise.race([
            new Promise<void>((resolve) => socket.write(part, () => resolve())),
            opened.closed,
            sleep(1_000),
          ]);
          count.bodyMib += part.length / MIB;
        }
        socket.destroy();
      }
      await sleep(50);
    }
  };

  const tokens = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const started = performance.now();
    const pending: Promise<void>[] = [];
    for (let i = 0; i < options.badTokens && !isOver(); i++) {
      // Evenly over the time, so that it is the tokens that are many and not the requests of a moment.
      const due = started + (i / options.badTokens) * seconds * 900;
      if (due > performance.now()) await sleep(due - performance.now());
      count.tokens += 1;
      const authorization = `Bearer wrong-token-number-${String(i).padStart(20, '0')}`;
      pending.push(
        new Promise((resolve) => {
          const sent = request({
            agent,
            port,
            host: '127.0.0.1',
            path: '/v1/node',
            headers: { authorization },
          });
          sent.on('response', (response) => response.resume().on('close', () => resolve()));
          sent.on('error', () => resolve());
          sent.end();
        }),
      );
    }
    await Promise.race([Promise.all(pending), sleep(Math.max(0, until - performance.now()))]);
    agent.destroy();
  };

  const reader = async () => {
    while (!isOver()) {
      const opened = await openRaw(port).catch(() => undefined);
      if (opened !== undefined) {
        count.readers += 1;
        opened.socket.removeAllListeners('data');
        opened.socket.pause();
        const known = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
        opened.socket.write(`GET /v1/events?after=0 HTTP/1.1\r\nhost: localhost\r\n${known}\r\n`);
        // Those that found no room are closed by the node, and come again.
        await Promise.race([opened.closed, sleep(Math.max(0, until - performance.now()))]);
        opened.socket.destroy();
      }
      await sleep(1_000);
    }
  };

  await Promise.all([
    ...Array.from({ length: options.slowSockets }, slow),
    bodies(`content-length: ${BODY_BYTES}`),
    bodies('transfer-encoding: chunked'),
    ...(options.badTokens > 0 ? [tokens()] : []),
    ...Array.from({ length: options.silentReaders }, reader),
  ]);
  return count;
}
