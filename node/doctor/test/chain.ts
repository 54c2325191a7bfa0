import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Address,
  decodeFunctionData,
  encodeFunctionResult,
  type Hex,
  parseEther,
  zeroAddress,
} from 'viem';
import { nodeRegistryAbi } from '../../../contracts/client/index.ts';
import { hexFromBytes } from '../../../contracts/client/words.ts';
import { publicKeyFromNodeId } from '../../../protocol/ids.ts';
import { type NetworkDocument, networkId } from '../../../protocol/network.ts';
import { answerRpc, type ChainState, RpcError } from '../../client/test/chain-stub.ts';
import type { NodeNames } from '../keys.ts';

/** A chain with one registered operator; a test changes it as it likes. */
export type StubChain = ChainState & {
  /** Contracts without code, by their names in the document. */
  without: readonly string[];
  registered: NodeNames | undefined;
  status: number;
  balance: bigint;
  /** Of the endpoint's clock against this machine's, in milliseconds. */
  clockMs: number;
};

export const OWNER: Address = `0x${'ee'.repeat(20)}`;

export const chainFor = (document: NetworkDocument, registered: NodeNames): StubChain => ({
  chainId: 31337,
  network: networkId(document),
  versions: ['a'.repeat(64)],
  round: 0,
  publishedAt: 0,
  now: Math.floor(Date.now() / 1000),
  committees: [{ root: 'b'.repeat(64), size: 4 }],
  fee: 5n,
  without: [],
  registered,
  status: 1,
  balance: parseEther('1'),
  clockMs: 0,
});

type Request = { readonly id: number; readonly method: string; readonly params?: readonly unknown[] };

/** Serves the chain's JSON-RPC on a free port, one request or a list of them. */
export async function serveChain(document: NetworkDocument, state: StubChain) {
  const server = createServer(async (request, response) => {
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part as Uint8Array);
    const asked = JSON.parse(Buffer.concat(parts).toString('utf8')) as Request | Request[];
    const answers = [asked]
      .flat()
      .map((each) => ({ jsonrpc: '2.0', id: each.id, ...answer(document, state, each) }));
    response.setHeader('date', new Date(Date.now() + state.clockMs).toUTCString());
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(Array.isArray(asked) ? answers : answers[0]));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

function answer(document: NetworkDocument, state: StubChain, request: Request): object {
  try {
    return { result: resultOf(document, state, request) };
  } catch (error) {
    if (error instanceof RpcError) return { error: { code: error.code, message: error.message } };
    throw error;
  }
}

function resultOf({ contracts }: NetworkDocument, state: StubChain, request: Request): unknown {
  const [first] = request.params ?? [];
  if (request.method === 'eth_getCode') {
    const name = Object.entries(contracts).find(([, address]) => address === first)?.[0] ?? '';
    return state.without.includes(name) ? '0x' : '0x6000';
  }
  if (request.method === 'eth_getBalance') return `0x${state.balance.toString(16)}`;
  // As every chain has them: a node asks which block is the first.
  if (request.method === 'eth_getBlockByNumber')
    return { ...(answerRpc(state, request) as object), hash: `0x${'1'.repeat(64)}` };
  const { to, data } = (first ?? {}) as { readonly to?: string; readonly data?: Hex };
  if (request.method === 'eth_call' && to === contracts.nodeRegistry && data !== undefined)
    return registry(state, data);
  return answerRpc(state, request);
}

function registry({ registered, status }: StubChain, data: Hex): Hex {
  const { functionName } = decodeFunctionData({ abi: nodeRegistryAbi, data });
  if (functionName === 'ownerOfSigner') {
    const result = registered === undefined ? zeroAddress : OWNER;
    return encodeFunctionResult({ abi: nodeRegistryAbi, functionName, result });
  }
  if (functionName !== 'operators' || registered === undefined) throw new RpcError(-32601, functionName);
  const record = {
    nodeKey: hexFromBytes(publicKeyFromNodeId(registered.nodeId)),
    signer: registered.address as Address,
    status,
    registeredAt: 0n,
    withdrawableAt: 0n,
    bond: parseEther('1'),
  };
  return encodeFunctionResult({ abi: nodeRegistryAbi, functionName, result: record as never });
}
