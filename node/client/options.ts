import type { Transport } from 'viem';
import { UsageError } from '../../protocol/errors.ts';
import { type NetworkDocument, parseNetworkDocument } from '../../protocol/network.ts';
import { type ChainOptions, endpoint, type Finality } from './chain.ts';
import type { NodeFailure } from './errors.ts';
import type { NodeEndpoint } from './http.ts';

/** Where the network is on the chain: by the registry alone, or by its document. */
type Anchor =
  | { readonly chainId: number; readonly modelRegistry: string; readonly network?: undefined }
  | { readonly network: NetworkDocument; readonly chainId?: undefined; readonly modelRegistry?: undefined };

type ChainAccess =
  | { readonly rpcUrl: string; readonly transport?: undefined }
  | { readonly transport: Transport; readonly rpcUrl?: undefined };

export type BallastClientOptions = Anchor &
  ChainAccess & {
    /** Base URLs of nodes' HTTP APIs, asked in this order; none of them is trusted. */
    readonly nodes: readonly (string | NodeEndpoint)[];
    /** For one request to a node; 10 s unless given. */
    readonly timeoutMs?: number;
    /**
     * Refuse the last version when its publication lies further back than this, in seconds of the chain's time.
     * Without it no age is too great.
     */
    readonly maxAgeSeconds?: number;
    /**
     * `finalized` reads what no reorganisation of the chain takes back, some minutes behind; `latest`, the last block,
     * unless given.
     */
    readonly finality?: Finality;
    /** Told of every node that was passed over and why, before the next one is asked. */
    readonly onNodeFailure?: (failure: NodeFailure) => void;
    /** In place of the platform's. */
    readonly fetch?: typeof globalThis.fetch;
  };

export type CheckedOptions = {
  readonly nodes: readonly NodeEndpoint[];
  readonly chain: ChainOptions;
  readonly network: NetworkDocument | undefined;
  readonly timeoutMs: number;
  readonly maxAgeSeconds: number;
  readonly onNodeFailure: (failure: NodeFailure) => void;
  readonly fetch: typeof globalThis.fetch;
};

const DEFAULT_TIMEOUT_MS = 10_000;
const LONGEST_TIMEOUT_MS = 600_000;

/** @throws UsageError `CLIENT_OPTIONS` naming the option, `NETWORK_DOCUMENT`. */
export function checkOptions(options: BallastClientOptions): CheckedOptions {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxAgeSeconds = Number.POSITIVE_INFINITY } = options;
  const { finality = 'latest' } = options;
  if (options.nodes.length === 0) throw refusal('nodes', 'none', 'at least one base URL');
  if (!(timeoutMs >= 1 && timeoutMs <= LONGEST_TIMEOUT_MS))
    throw refusal('timeoutMs', timeoutMs, `1 to ${LONGEST_TIMEOUT_MS}`);
  if (!(maxAgeSeconds > 0)) throw refusal('maxAgeSeconds', maxAgeSeconds, 'more than 0');
  if (finality !== 'latest' && finality !== 'finalized')
    throw refusal('finality', finality, 'latest or finalized');
  const network = options.network === undefined ? undefined : parseNetworkDocument(options.network);
  return {
    nodes: options.nodes.map(checkNode),
    chain: { transport: transportOf(options), finality, ...anchorOf(options, network) },
    network,
    timeoutMs,
    maxAgeSeconds,
    onNodeFailure: options.onNodeFailure ?? (() => undefined),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

function transportOf({ rpcUrl, transport }: BallastClientOptions): Transport {
  if (transport !== undefined) return transport;
  if (rpcUrl === undefined)
    throw refusal('rpcUrl', 'nothing', 'the URL of a JSON-RPC endpoint, or a transport');
  return endpoint(checkUrl('rpcUrl', rpcUrl));
}

function anchorOf(options: BallastClientOptions, network: NetworkDocument | undefined) {
  if (network !== undefined) {
    const chainId = Number(network.chain.slice('eip155:'.length));
    return { chainId, modelRegistry: network.contracts.modelRegistry };
  }
  const { chainId, modelRegistry } = options;
  if (chainId === undefined || !Number.isSafeInteger(chainId) || chainId < 1)
    throw refusal('chainId', chainId, 'a chain id from 1 on');
  if (modelRegistry === undefined || !/^0x[0-9a-fA-F]{40}$/.test(modelRegistry))
    throw refusal('modelRegistry', modelRegistry, 'an address (0x and 40 hexadecimal digits)');
  return { chainId, modelRegistry: modelRegistry.toLowerCase() };
}

export function checkNode(node: string | NodeEndpoint, i: number): NodeEndpoint {
  const { url, token } = typeof node === 'string' ? { url: node } : node;
  const checked = checkUrl(`nodes[${i}]`, url);
  if (token === undefined) return { url: checked };
  if (!/^[\x21-\x7e]{1,512}$/.test(token))
    throw refusal(`nodes[${i}].token`, 'another form', '1 to 512 printable ASCII characters');
  return { url: checked, token };
}

/** @returns without a slash at its end. */
function checkUrl(field: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw refusal(field, text, 'an http or https URL');
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw refusal(field, 'a URL with a user, a password or a fragment', 'one without');
  return text.replace(/\/+$/, '');
}

function refusal(field: string, given: unknown, expected: string): UsageError {
  return new UsageError('CLIENT_OPTIONS', `${field}: got ${String(given)}, expected ${expected}`, {
    metadata: { field },
  });
}
