import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to an RPC endpoint that can be cut, and led to another one. */
export class RpcProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: number | undefined;
  readonly url: string;

  private constructor(server: Server, url: string, target: number | undefined) {
    this.#server = server;
    this.url = url;
    this.#target = target;
  }

  static async listen(targetUrl: string | undefined): Promise<RpcProxy> {
    let proxy: RpcProxy | undefined;
    const server = createServer((socket) => proxy?.forward(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    proxy = new RpcProxy(server, `http://127.0.0.1:${port}`, portOf(targetUrl));
    return proxy;
  }

  /** Leads to another endpoint from now on; to none where undefined. Connections are cut. */
  lead(targetUrl: string | undefined): void {
    this.#target = portOf(targetUrl);
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.lead(undefined);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  forward(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#target === undefined) {
      socket.destroy();
      return;
    }
    const upstream = connect(this.#target, '127.0.0.1');
    upstream.on('error', () => socket.destroy());
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      one.once('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}

const portOf = (url: string | undefined): number | undefined =>
  url === undefined ? undefined : Number(new URL(url).port);
