import { NodeFailure, NoNodeServedError } from './errors.ts';
import { fetchBytes, type HttpOptions, type HttpRequest, type NodeEndpoint } from './http.ts';

export const JSON_TYPE = 'application/json';
export const BYTES_TYPE = 'application/octet-stream';

/** Something that a node served and the client checked. */
export type Served<T> = { readonly value: T; readonly node: string };

export type NodesOptions = HttpOptions & {
  readonly onNodeFailure: (failure: NodeFailure) => void;
};

/** The nodes that a client asks, one after the other until one serves what the chain confirms. */
export class Nodes {
  /** Those that failed last are asked last. */
  #order: readonly NodeEndpoint[];
  readonly #options: NodesOptions;

  constructor(nodes: readonly NodeEndpoint[], options: NodesOptions) {
    this.#order = nodes;
    this.#options = options;
  }

  /**
   * @param what names the thing in errors.
   * @param check reads the bytes and throws a NodeFailure unless they are what the chain says.
   * @throws NoNodeServedError with every node's failure; what `request.signal` was aborted with.
   */
  async fetch<T>(
    what: string,
    request: HttpRequest,
    check: (node: string, bytes: Uint8Array) => T | Promise<T>,
  ): Promise<Served<T>> {
    const failures: NodeFailure[] = [];
    for (const node of this.#order) {
      request.signal?.throwIfAborted();
      try {
        const bytes = await fetchBytes(node, request, this.#options);
        return { value: await check(node.url, bytes), node: node.url };
      } catch (error) {
        if (!(error instanceof NodeFailure)) throw error;
        failures.push(error);
        this.#order = [...this.#order.filter((other) => other !== node), node];
        this.#options.onNodeFailure(error);
      }
    }
    throw new NoNodeServedError(what, failures);
  }
}
