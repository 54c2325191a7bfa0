import { RpcRequestError } from 'viem';
import { BallastError } from '../../protocol/errors.ts';

export type Call = { readonly method: string; readonly params?: unknown };

export type RpcEndpointOptions = {
  readonly url: string;
  readonly chainId: number;
  /** Of one request. */
  readonly timeoutMs: number;
  /** Ends every request. */
  readonly signal: AbortSignal;
};

/** How sure a request has to be that the endpoint serves the right chain: by its id, or by its first block as well. */
export type Check = { readonly genesis: string | undefined } | 'id';

type Answer = { readonly id?: unknown; readonly result?: unknown; readonly error?: RpcFault };
type RpcFault = { readonly code: number; readonly message: string; readonly data?: unknown };

/** Answers that concern the endpoint and not the request. */
const ENDPOINT_FAULTS = new Set([-32005, -32603, 429]);
const FIRST_BLOCK: Call = { method: 'eth_getBlockByNumber', params: ['0x0', false] };

/** One JSON-RPC endpoint. Every request asks in the same breath which chain answers; no other chain's answer is used. */
export class RpcEndpoint {
  readonly #options: RpcEndpointOptions;
  #lastId = 0;
  #fault: BallastError | undefined;

  constructor(options: RpcEndpointOptions) {
    this.#options = options;
  }

  /** What the last request failed with, where the endpoint is away or serves another chain. */
  get fault(): BallastError | undefined {
    return this.#fault;
  }

  /**
   * Several requests in one.
   *
   * @throws BallastError `CHAIN_UNREACHABLE`, `CHAIN_MISMATCH`, `CHAIN_WAIT_ABORTED`; RpcRequestError.
   */
  async post(calls: readonly Call[], check: Check = 'id'): Promise<readonly unknown[]> {
    try {
      const results = await this.#post(calls, check);
      this.#fault = undefined;
      return results;
    } catch (error) {
      this.#fault = error instanceof BallastError ? error : undefined;
      throw error;
    }
  }

  async #post(calls: readonly Call[], check: Check): Promise<readonly unknown[]> {
    const who: readonly Call[] = [{ method: 'eth_chainId' }, ...(check === 'id' ? [] : [FIRST_BLOCK])];
    const all = [...who, ...calls].map(({ method, params }) => ({
      jsonrpc: '2.0',
      id: ++this.#lastId,
      method,
      params: params ?? [],
    }));
    const answers = await this.#fetch(JSON.stringify(all));
    const ordered = all.map(({ id }) => answers.find((answer) => answer.id === id) ?? {});
    this.#compare(ordered, check);
    return ordered.slice(who.length).map(({ error, result }, i) => {
      if (error === undefined) return result;
      if (ENDPOINT_FAULTS.has(error.code) && error.data === undefined) throw this.#unreachable(error.message);
      const url = hostOf(this.#options.url);
      throw new RpcRequestError({ body: { method: calls[i]?.method }, error, url });
    });
  }

  #compare([id, first]: readonly Answer[], check: Check): void {
    if (typeof id?.result !== 'string') throw this.#unreachable('it does not say which chain it serves');
    const { chainId } = this.#options;
    const served = Number(id.result);
    if (served !== chainId) throw this.#mismatch(`chain eip155:${served}`, `eip155:${chainId}`);
    if (check === 'id') return;
    const hash = (first?.result as { hash?: unknown } | null | undefined)?.hash;
    if (typeof hash !== 'string') throw this.#unreachable('it does not have the first block');
    const { genesis } = check;
    if (genesis !== undefined && hash !== genesis)
      throw this.#mismatch(`first block ${hash.slice(0, 14)}`, `${genesis.slice(0, 14)} as before`);
  }

  async #fetch(body: string): Promise<readonly Answer[]> {
    const { url, signal, timeoutMs } = this.#options;
    if (signal.aborted) throw aborted();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const answers: unknown = await response.json();
      if (Array.isArray(answers)) return answers as Answer[];
      throw new BallastError('CHAIN_UNREACHABLE', `status ${response.status} and no list of answers`);
    } catch (error) {
      if (signal.aborted) throw aborted();
      throw this.#unreachable(reasonOf(error), error);
    }
  }

  #unreachable(reason: string, cause?: unknown): BallastError {
    const endpoint = hostOf(this.#options.url);
    return new BallastError('CHAIN_UNREACHABLE', `rpc ${endpoint}: ${reason}`, {
      metadata: { endpoint, reason },
      hint: 'check that the RPC endpoint answers',
      cause,
    });
  }

  #mismatch(got: string, expected: string): BallastError {
    const endpoint = hostOf(this.#options.url);
    return new BallastError('CHAIN_MISMATCH', `rpc ${endpoint}: got ${got}, expected ${expected}`, {
      metadata: { endpoint, got, expected },
      hint: 'point rpc at an endpoint of the chain in network.json',
    });
  }
}

/** An endpoint's path and query may hold a secret. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'endpoint';
}

export const aborted = () => new BallastError('CHAIN_WAIT_ABORTED', 'chain: aborted by the caller');

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return 'no answer in time';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
