import { custom, type Transport } from 'viem';
import { ComparedEndpoints, type Lie } from '../../contracts/client/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { aborted, type Call, hostOf, RpcEndpoint } from './rpc-endpoint.ts';

export type { Call } from './rpc-endpoint.ts';

export type EndpointsOptions = {
  /** JSON-RPC endpoints of one chain. */
  readonly urls: readonly string[];
  readonly chainId: number;
  /** Of one request to one endpoint. */
  readonly timeoutMs: number;
};

export type EndpointsCollaborators = {
  /** Ends every request. */
  readonly signal: AbortSignal;
  /** Why nothing may be sent to the chain just now; undefined where it may. */
  readonly held: () => string | undefined;
};

const SENDING = new Set(['eth_sendRawTransaction', 'eth_sendTransaction']);
const BLOCK = 'eth_getBlockByNumber';
const FIRST_BLOCK: Call = { method: BLOCK, params: ['0x0', false] };

/**
 * The endpoints of one chain. Every request asks in the same breath which chain answers, and an answer of another
 * chain is not used; what is sent to the chain is sent after the chain's first block has been compared as well.
 *
 * One endpoint is believed. Of several none is: see {@link ComparedEndpoints}. Of two, one is followed while the other
 * gives no answer.
 */
export class ChainEndpoints {
  readonly #endpoints: readonly RpcEndpoint[];
  readonly #collaborators: EndpointsCollaborators;
  readonly #compared: ComparedEndpoints | undefined;
  readonly #request: (call: Call) => Promise<unknown>;
  /** Hash of the chain's first block, as one endpoint said it or a majority of several. */
  #genesis: string | undefined;

  constructor({ urls, chainId, timeoutMs }: EndpointsOptions, collaborators: EndpointsCollaborators) {
    const { signal } = collaborators;
    this.#collaborators = collaborators;
    this.#endpoints = urls.map((url) => new RpcEndpoint({ url, chainId, timeoutMs, signal }));
    const [first] = this.#endpoints;
    if (first === undefined)
      throw new BallastError('CHAIN_UNREACHABLE', 'rpc: got no endpoint, expected one');
    if (urls.length === 1) {
      this.#request = (call) => this.#ask(first, call);
      return;
    }
    const named = this.#endpoints.map((endpoint, i) => ({
      name: `rpc ${i + 1} (${hostOf(urls[i] ?? '')})`,
      transport: custom({ request: (call) => this.#ask(endpoint, call as Call) }, { retryCount: 0 }),
    }));
    // What is sent takes two requests.
    const compared = new ComparedEndpoints(named, { timeoutMs: 2 * timeoutMs, isOneEnough: true });
    const { request } = compared.transport({});
    this.#compared = compared;
    this.#request = (call) =>
      request(call as Parameters<typeof request>[0]).catch((error: unknown) => {
        throw this.#explained(error);
      });
  }

  /** For viem's clients. */
  get transport(): Transport {
    return custom({ request: (call) => this.#one(call as Call) }, { retryCount: 0 });
  }

  /** The last lies of the endpoints that are left aside now. */
  get lies(): readonly Lie[] {
    return this.#compared?.lies ?? [];
  }

  /**
   * Several requests whose answers belong together, the first of them answered before the others are asked: in one
   * request to a single endpoint, compared one by one where there are several. The chain's first block is compared too.
   *
   * @throws BallastError `CHAIN_UNREACHABLE`, `CHAIN_MISMATCH`, `CHAIN_WAIT_ABORTED`, `ENDPOINTS_DISAGREE`;
   *   RpcRequestError.
   */
  async readTogether(calls: readonly Call[]): Promise<readonly unknown[]> {
    await this.#knowGenesis();
    const [single] = this.#endpoints;
    if (this.#compared === undefined && single !== undefined)
      return single.post(calls, { genesis: this.#genesis });
    const [first, ...others] = calls;
    if (first === undefined) return [];
    const before = await this.#request(first);
    return [before, ...(await Promise.all(others.map((call) => this.#request(call))))];
  }

  async #one(call: Call): Promise<unknown> {
    if (!SENDING.has(call.method)) return this.#request(call);
    this.#requireFree();
    await this.#knowGenesis();
    return this.#request(call);
  }

  /** One call to one endpoint; what is sent, and every block of several endpoints, from the right first block alone. */
  async #ask(endpoint: RpcEndpoint, call: Call): Promise<unknown> {
    const exactly = { genesis: this.#genesis };
    if (SENDING.has(call.method)) {
      await endpoint.post([], exactly);
      this.#requireFree();
    }
    const isCompared = this.#compared !== undefined && call.method === BLOCK;
    const [result] = await endpoint.post([call], isCompared ? exactly : 'id');
    return result;
  }

  async #knowGenesis(): Promise<void> {
    if (this.#genesis !== undefined) return;
    const hash = ((await this.#request(FIRST_BLOCK)) as { readonly hash?: unknown } | null)?.hash;
    if (typeof hash !== 'string')
      throw new BallastError('CHAIN_UNREACHABLE', 'rpc: got no first block, expected one');
    this.#genesis ??= hash;
  }

  #requireFree(): void {
    const reason = this.#collaborators.held();
    if (reason === undefined) return;
    throw new BallastError('CHAIN_HELD', `chain: got a transaction under ${reason}, expected none`, {
      metadata: { condition: reason },
      hint: 'it goes on by itself when the condition ends',
    });
  }

  /** Where no majority answers: what is the matter with the endpoints. */
  #explained(error: unknown): unknown {
    if (this.#collaborators.signal.aborted) return aborted();
    const own = ballastErrorIn(error);
    if (own?.code !== 'ENDPOINTS_UNAVAILABLE') return own ?? error;
    const faults = this.#endpoints.flatMap(({ fault }) => fault ?? []);
    const other = faults.find(({ code }) => code === 'CHAIN_MISMATCH');
    if (other !== undefined) return other;
    const away = faults.map(({ message }) => message).join('; ');
    const message = away === '' ? own.message : away;
    return new BallastError('CHAIN_UNREACHABLE', message, {
      metadata: own.metadata,
      hint: 'check that a majority of the RPC endpoints answers and keeps up with the chain',
      cause: own,
    });
  }
}

function ballastErrorIn(error: unknown): BallastError | undefined {
  for (let level: unknown = error; level instanceof Error; level = level.cause)
    if (level instanceof BallastError) return level;
  return undefined;
}
