import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer } from './world.ts';

/** One connection of a venue's stream, seen from the venue. */
export type StreamClient = {
  readonly path: string;
  /** Texts that came, parsed as JSON. */
  readonly received: unknown[];
  readonly send: (text: string) => void;
  readonly sendBinary: (bytes: Uint8Array) => void;
  /** Without a word of goodbye. */
  readonly cut: () => void;
};

/**
 * A venue on this machine that speaks WebSocket (RFC 6455) and, on the same port, HTTP.
 *
 * @param greetings messages that a client sends first.
 */
export async function startStreamVenue(
  greetings: number,
  onClient: (client: StreamClient) => void,
  answer: (url: URL) => Answer = () => ({ status: 404, body: '' }),
) {
  const sockets = new Set<Duplex>();
  const server = createServer((request, response) => {
    const { status = 200, body } = answer(new URL(request.url ?? '/', 'http://venue'));
    response.writeHead(status).end(JSON.stringify(body));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const received: unknown[] = [];
    const client: StreamClient = {
      path: request.url ?? '',
      received,
      send: (text) => socket.write(frame(0x81, Buffer.from(text))),
      sendBinary: (bytes) => socket.write(frame(0x82, bytes)),
      cut: () => socket.destroy(),
    };
    if (greetings === 0) onClient(client);
    socket.on('data', (chunk: Buffer) => {
      const before = received.length;
      received.push(...textsOf(chunk));
      if (before < greetings && received.length >= greetings) onClient(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `ws://127.0.0.1:${port}`,
    httpOrigin: `http://127.0.0.1:${port}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function frame(head: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const size = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  size[0] = head;
  if (length < 126) size[1] = length;
  else if (length < 65_536) {
    size[1] = 126;
    size.writeUInt16BE(length, 2);
  } else {
    size[1] = 127;
    size.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([size, payload]);
}

/** The masked text frames of a client, each below 64 KiB and whole: greetings are. */
function textsOf(chunk: Buffer): unknown[] {
  const texts: unknown[] = [];
  for (let at = 0; at + 6 <= chunk.length; ) {
    const isText = ((chunk[at] ?? 0) & 0x0f) === 1;
    const short = (chunk[at + 1] ?? 0) & 0x7f;
    const long = short === 126;
    const length = long ? chunk.readUInt16BE(at + 2) : short;
    const mask = at + (long ? 4 : 2);
    const body = chunk
      .subarray(mask + 4, mask + 4 + length)
      .map((byte, i) => byte ^ (chunk[mask + (i % 4)] ?? 0));
    if (isText) texts.push(JSON.parse(Buffer.from(body).toString()));
    at = mask + 4 + length;
  }
  return texts;
}
