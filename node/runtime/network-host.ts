import { createServer } from 'node:net';
import { AddressError, type Network } from '../network/index.ts';
import { type Backoff, tries } from './backoff.ts';
import type { Conditions } from './conditions.ts';

export type NetworkHostOptions = {
  /** TCP multiaddrs; undefined for a free port of localhost. */
  readonly listen: readonly string[] | undefined;
  readonly backoff: Backoff;
};

export type NetworkHostCollaborators = {
  /** A network, not yet started. An empty list of addresses is a node that calls others and is not called. */
  readonly create: (listen: readonly string[] | undefined) => Promise<Network>;
  /** Subscribes and serves on a network before it starts. */
  readonly join: (network: Network) => void;
  readonly conditions: Conditions;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
};

/**
 * The node's place in the network. Where its port is taken, the node goes on with calling others, and listens as
 * soon as the port comes free.
 */
export class NetworkHost {
  readonly #options: NetworkHostOptions;
  readonly #collaborators: NetworkHostCollaborators;
  #current: Network | undefined;
  #waiting: Promise<void> | undefined;

  constructor(options: NetworkHostOptions, collaborators: NetworkHostCollaborators) {
    this.#options = options;
    this.#collaborators = collaborators;
  }

  /** Undefined before the start and while it is made anew. */
  get current(): Network | undefined {
    return this.#current;
  }

  /** @throws AddressError `LISTEN_FAILED` where an address is not this machine's. */
  async start(): Promise<void> {
    const isListening = await this.#listen();
    if (isListening) return;
    this.#waiting = this.#awaitPort().catch((error: unknown) => {
      if (!this.#collaborators.signal.aborted) this.#collaborators.onError(error);
    });
  }

  /** Call it after the signal has fired. */
  async stop(): Promise<void> {
    await this.#waiting;
    await this.#current?.stop();
  }

  /** @returns whether it listens; where the port is taken, it only calls. */
  async #listen(): Promise<boolean> {
    const { conditions } = this.#collaborators;
    try {
      await this.#up(this.#options.listen);
      conditions.clear('PORT_IN_USE');
      return true;
    } catch (error) {
      if (!isInUse(error)) throw error;
      const addresses = this.#options.listen?.join(', ') ?? 'localhost';
      conditions.raise('PORT_IN_USE', `listen ${addresses}: another process has the port`);
      await this.#up([]);
      return false;
    }
  }

  async #up(listen: readonly string[] | undefined): Promise<void> {
    const { create, join, signal } = this.#collaborators;
    const network = await create(listen);
    signal.throwIfAborted();
    join(network);
    this.#current = network;
    try {
      await network.start();
    } catch (error) {
      this.#current = undefined;
      throw error;
    }
  }

  async #awaitPort(): Promise<void> {
    const { signal } = this.#collaborators;
    for await (const _ of tries(this.#options.backoff, signal)) {
      if (!(await areFree(this.#options.listen ?? []))) continue;
      const calling = this.#current;
      this.#current = undefined;
      await calling?.stop();
      try {
        if (await this.#listen()) return;
      } catch (error) {
        signal.throwIfAborted();
        // Whatever keeps it from listening, it goes on with calling others, and tries again.
        this.#collaborators.onError(error);
        await this.#up([]);
      }
    }
  }
}

const isInUse = (error: unknown): boolean =>
  error instanceof AddressError && error.code === 'LISTEN_FAILED' && /\bEADDRINUSE\b/.test(error.message);

/** Whether the ports of TCP multiaddrs can be had. */
async function areFree(addresses: readonly string[]): Promise<boolean> {
  for (const address of addresses) {
    const [, host, port] = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)/.exec(address) ?? [];
    if (host !== undefined && !(await isFree(host, Number(port)))) return false;
  }
  return true;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
