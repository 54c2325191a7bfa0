import { custom, RpcRequestError, type Transport } from 'viem';
import { BallastError } from '../../protocol/errors.ts';

export type Call = { readonly method: string; readonly params?: unknown };

export type EndpointsOptions = {
  /** JSON-RPC endpoints of one chain, the preferred one first. */
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

type Answer = { readonly id?: unknown; readonly result?: unknown; readonly error?: RpcFault };
type RpcFault = { readonly code: number; readonly message: string; readonly data?: unknown };

const SENDING = new Set(['eth_sendRawTransaction', 'eth_sendTransaction']);
/** Answers that concern the endpoint and not the request. */
const ENDPOINT_FAULTS = new Set([-32005, -32603, 429]);
const WHO: readonly Call[] = [{ method: 'eth_chainId' }];
const WHO_EXACTLY: readonly Call[] = [...WHO, { method: 'eth_getBlockByNumber', params: ['0x0', false] }];

/**
 * The endpoints of one chain. Every request asks in the same breath which chain answers, and an answer of another
 * chain is not used; what is sent to the chain is sent after the chain's first block has been compared as well. The
 * next endpoint is tried when one does not answer or is of another chain.
 */
export class ChainEndpoints {
  readonly #options: EndpointsOptions;
  readonly #collaborators: EndpointsCollaborators;
  #preferred = 0;
  #genesis: string | undefined;
  #lastId = 0;

  constructor(options: EndpointsOptions, collaborators: EndpointsCollaborators) {
    this.#options = options;
    this.#collaborators = collaborators;
  }

  /** For viem's clients. */
  get transport(): Transport {
    return custom({ request: (call) => this.#one(call as Call) }, { retryCount: 0 });
  }

  /**
   * Several requests in one, answered by one endpoint whose chain id and first block have been compared; the first
   * block that is seen is the one to compare with.
   *
   * @throws BallastError `CHAIN_UNREACHABLE`, `CHAIN_MISMATCH`, `CHAIN_WAIT_ABORTED`; RpcRequestError.
   */
  readTogether(calls: readonly Call[]): Promise<readonly unknown[]> {
    return this.#anywhere((url) => this.#post(url, WHO_EXACTLY, calls));
  }

  async #one(call: Call): Promise<unknown> {
    if (!SENDING.has(call.method)) {
      const [result] = await this.#anywhere((url) => this.#post(url, WHO, [call]));
      return result;
    }
    this.#requireFree();
    const [hash] = await this.#anywhere(async (url) => {
      await this.#post(url, WHO_EXACTLY, []);
      this.#requireFree();
      return this.#post(url, WHO, [call]);
    });
    return hash;
  }

  #requireFree(): void {
    const reason = this.#collaborators.held();
    if (reason === undefined) return;
    throw new BallastError('CHAIN_HELD', `chain: got a transaction under ${reason}, expected none`, {
      metadata: { condition: reason },
      hint: 'it goes on by itself when the condition ends',
    });
  }

  async #anywhere<T>(request: (url: string) => Promise<T>): Promise<T> {
    const { urls } = this.#options;
    const faults: BallastError[] = [];
    for (let tried = 0; tried < urls.length; tried++) {
      const index = (this.#preferred + tried) % urls.length;
      try {
        const result = await request(urls[index] ?? '');
        this.#preferred = index;
        return result;
      } catch (error) {
        const isFault =
          error instanceof BallastError && ['CHAIN_UNREACHABLE', 'CHAIN_MISMATCH'].includes(error.code);
        if (!isFault) throw error;
        faults.push(error);
      }
    }
    throw faults.find(({ code }) => code === 'CHAIN_MISMATCH') ?? faults[0] ?? unreachable('', 'no endpoint');
  }

  async #post(url: string, who: readonly Call[], calls: readonly Call[]): Promise<readonly unknown[]> {
    const all = [...who, ...calls].map(({ method, params }) => ({
      jsonrpc: '2.0',
      id: ++this.#lastId,
      method,
      params: params ?? [],
    }));
    const answers = await this.#fetch(url, JSON.stringify(all));
    const ordered = all.map(({ id }) => answers.find((answer) => answer.id === id) ?? {});
    this.#compare(url, ordered, who.length > 1);
    return ordered.slice(who.length).map(({ error, result }, i) => {
      if (error === undefined) return result;
      if (ENDPOINT_FAULTS.has(error.code) && error.data === undefined) throw unreachable(url, error.message);
      throw new RpcRequestError({ body: { method: calls[i]?.method }, error, url: hostOf(url) });
    });
  }

  #compare(url: string, [id, first]: readonly Answer[], isExact: boolean): void {
    if (typeof id?.result !== 'string') throw unreachable(url, 'it does not say which chain it serves');
    const { chainId } = this.#options;
    const served = Number(id.result);
    if (served !== chainId) throw mismatch(url, `chain eip155:${served}`, `eip155:${chainId}`);
    if (!isExact) return;
    const hash = (first?.result as { hash?: unknown } | null | undefined)?.hash;
    if (typeof hash !== 'string') throw unreachable(url, 'it does not have the first block');
    this.#genesis ??= hash;
    if (hash !== this.#genesis) {
      throw mismatch(url, `first block ${hash.slice(0, 14)}`, `${this.#genesis.slice(0, 14)} as before`);
    }
  }

  async #fetch(url: string, body: string): Promise<readonly Answer[]> {
    const { signal } = this.#collaborators;
    if (signal.aborted) throw aborted();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs)]),
      });
      const answers: unknown = await response.json();
      if (Array.isArray(answers)) return answers as Answer[];
      throw new BallastError('CHAIN_UNREACHABLE', `status ${response.status} and no list of answers`);
    } catch (error) {
      if (signal.aborted) throw aborted();
      throw unreachable(url, reasonOf(error), error);
    }
  }
}

/** An endpoint's path and query may hold a secret. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'endpoint';
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return 'no answer in time';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

function unreachable(url: string, reason: string, cause?: unknown): BallastError {
  return new BallastError('CHAIN_UNREACHABLE', `rpc ${hostOf(url)}: ${reason}`, {
    metadata: { endpoint: hostOf(url), reason },
    hint: 'check that the RPC endpoint answers',
    cause,
  });
}

function mismatch(url: string, got: string, expected: string): BallastError {
  return new BallastError('CHAIN_MISMATCH', `rpc ${hostOf(url)}: got ${got}, expected ${expected}`, {
    metadata: { endpoint: hostOf(url), got, expected },
    hint: 'point rpc at an endpoint of the chain in network.json',
  });
}

const aborted = () => new BallastError('CHAIN_WAIT_ABORTED', 'chain: aborted by the caller');
