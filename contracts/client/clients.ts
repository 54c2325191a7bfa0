import {
  type Account,
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  type LocalAccount,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem';

/** Reads the chain. */
export type ChainReader = PublicClient<Transport, Chain>;
/** Sends transactions of one account. */
export type ChainWriter = WalletClient<Transport, Chain, Account>;

export type Endpoint = {
  readonly rpcUrl: string;
  readonly chainId: number;
  /** How often receipts and blocks are asked for; viem's default of 4 s is meant for public endpoints. */
  readonly pollingIntervalMs?: number;
  /** What requests go through; plain HTTP to `rpcUrl` unless given. */
  readonly transport?: Transport;
};

function chainOf({ rpcUrl, chainId }: Endpoint): Chain {
  return defineChain({
    id: chainId,
    name: `eip155:${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
}

export function createReader(endpoint: Endpoint): ChainReader {
  return createPublicClient({
    chain: chainOf(endpoint),
    transport: endpoint.transport ?? http(endpoint.rpcUrl),
    // A cached block number would make a read after a write see the state before it.
    cacheTime: 0,
    ...polling(endpoint),
  });
}

/** @param account pays for the transactions; an account has one writer in a process. */
export function createWriter(endpoint: Endpoint, account: LocalAccount): ChainWriter {
  return createWalletClient({
    account,
    chain: chainOf(endpoint),
    transport: endpoint.transport ?? http(endpoint.rpcUrl),
    ...polling(endpoint),
  });
}

const polling = ({ pollingIntervalMs }: Endpoint) =>
  pollingIntervalMs === undefined ? {} : { pollingInterval: pollingIntervalMs };
