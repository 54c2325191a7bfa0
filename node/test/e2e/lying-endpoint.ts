import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

const LIE = `0x${'66'.repeat(32)}`;

/** An endpoint before another that tells the truth, save for the randomness of every block. */
export class LyingEndpoint {
  readonly #server: Server;
  readonly url: string;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async listen(targetUrl: string): Promise<LyingEndpoint> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        void fetch(targetUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: Buffer.concat(parts),
        })
          .then((answer) => answer.text())
          .then((text) => response.end(text.replaceAll(/"mixHash":"0x[0-9a-f]{64}"/g, `"mixHash":"${LIE}"`)))
          .catch(() => response.destroy());
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return new LyingEndpoint(server, `http://127.0.0.1:${port}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
