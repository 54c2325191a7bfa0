import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPrng } from '../../prng.ts';
import type { Observation, SourceClock } from '../data-source.ts';

/** A clock that a wait moves on at once. */
class VirtualClock implements SourceClock {
  #now: number;
  /** The waits that were asked for, milliseconds. */
  readonly waits: number[] = [];

  constructor(second: number) {
    this.#now = second * 1000;
  }

  readonly now = () => this.#now;

  readonly sleep = async (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted();
    this.waits.push(ms);
    this.#now += Math.max(0, ms);
  };

  set(second: number): void {
    this.#now = second * 1000;
  }
}

export function virtualWorld(second: number, seed = 1) {
  return { clock: new VirtualClock(second), random: createPrng(seed).uniform };
}

export type Answer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless it is text or bytes. */
  readonly body: unknown;
};

/** A venue on this machine that speaks HTTP. */
export type HttpVenue = {
  readonly origin: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  readonly stop: () => Promise<void>;
};

export async function startHttpVenue(
  answer: (url: URL, request: IncomingMessage, body: string) => Answer | 'hang-up',
): Promise<HttpVenue> {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://venue');
    asked.push(`${url.pathname}${url.search}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const said = answer(url, request, Buffer.concat(chunks).toString());
      if (said === 'hang-up') {
        request.socket.destroy();
        return;
      }
      response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers });
      const isRaw = typeof said.body === 'string' || said.body instanceof Uint8Array;
      response.end(isRaw ? said.body : JSON.stringify(said.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export const NEVER = new AbortController().signal;

export async function collect(observations: AsyncIterable<Observation>): Promise<Observation[]> {
  const all: Observation[] = [];
  for await (const observation of observations) all.push(observation);
  return all;
}

export const only = <K extends Observation['kind']>(kind: K, all: readonly Observation[]) =>
  all.filter((each): each is Extract<Observation, { kind: K }> => each.kind === kind);
