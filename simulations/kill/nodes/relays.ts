import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Groups } from '../partition.ts';

type Link = { readonly from: number | undefined; readonly to: number; readonly sockets: readonly Socket[] };

/**
 * A TCP relay before each node: it has the address that the node announces, and alone knows where the node listens. Who
 * dials is read from the kernel's tables, so that links between groups can be cut from outside, as a firewall would.
 */
export class Relays {
  /** Of each node's relay. */
  readonly ports: readonly number[];
  readonly #servers: readonly Server[];
  readonly #targets: readonly number[];
  readonly #links = new Set<Link>();
  #pidOf: (index: number) => number | undefined = () => undefined;
  #groupOf: ReadonlyMap<number, number> = new Map();

  private constructor(servers: readonly Server[], targets: readonly number[]) {
    this.#servers = servers;
    this.#targets = targets;
    this.ports = servers.map(portOf);
    for (const [to, server] of servers.entries()) {
      server.on('connection', (socket) => this.#relay(to, socket));
    }
  }

  /** @param targets where each node is going to listen, on 127.0.0.1. */
  static async open(targets: readonly number[]): Promise<Relays> {
    const servers = await Promise.all(
      targets.map(async () => {
        const server = createServer({ pauseOnConnect: true, noDelay: true });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        return server;
      }),
    );
    return new Relays(servers, targets);
  }

  /** @param pidOf of each node's process, as long as it lives. */
  identifyBy(pidOf: (index: number) => number | undefined): void {
    this.#pidOf = pidOf;
  }

  /** Nothing passes between nodes of different groups from now on; who is no node passes always. */
  part(groups: Groups): void {
    this.#groupOf = new Map(groups.flatMap((group, at) => group.map((index) => [index, at] as const)));
    for (const { from, to, sockets } of this.#links)
      if (!this.#passes(from, to)) for (const socket of sockets) socket.destroy();
  }

  heal(): void {
    this.#groupOf = new Map();
  }

  async close(): Promise<void> {
    for (const { sockets } of this.#links) for (const socket of sockets) socket.destroy();
    await Promise.all(
      this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }

  #relay(to: number, socket: Socket): void {
    const from = this.#dialler(socket);
    if (!this.#passes(from, to)) {
      socket.destroy();
      return;
    }
    const onward = connect({ port: this.#targets[to] ?? 0, host: '127.0.0.1', noDelay: true });
    const link = { from, to, sockets: [socket, onward] };
    this.#links.add(link);
    const end = () => {
      this.#links.delete(link);
      for (const each of link.sockets) each.destroy();
    };
    for (const each of link.sockets) each.on('error', end).on('close', end);
    socket.pipe(onward);
    onward.pipe(socket);
  }

  #passes(from: number | undefined, to: number): boolean {
    return from === undefined || this.#groupOf.get(from) === this.#groupOf.get(to);
  }

  /** Which node's process holds the other end. */
  #dialler({ remotePort, localPort }: Socket): number | undefined {
    const inode = inodeOf(remotePort ?? 0, localPort ?? 0);
    if (inode === undefined) return undefined;
    for (const index of this.#targets.keys()) {
      const pid = this.#pidOf(index);
      if (pid !== undefined && holdsSocket(pid, inode)) return index;
    }
    return undefined;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a relay listens on a port');
  return address.port;
}

/** Of the socket on 127.0.0.1 from one port to another, as /proc/net/tcp has it (proc(5)). */
function inodeOf(local: number, remote: number): string | undefined {
  const hex = (port: number) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const wanted = `${hex(local)} ${hex(remote)}`;
  for (const line of readFileSync('/proc/net/tcp', 'latin1').split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (`${fields[1]} ${fields[2]}` === wanted) return fields[9];
  }
  return undefined;
}

function holdsSocket(pid: number, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(
      (fd) => linkOf(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`,
    );
  } catch {
    // The process has just ended.
    return false;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
