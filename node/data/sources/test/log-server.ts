import { type Hex, numberToHex, pad } from 'viem';
import { createReader } from '../../../../contracts/client/index.ts';
import { startHttpVenue } from './world.ts';

export type TestLog = { readonly address: Hex; readonly topics: readonly unknown[]; readonly data: unknown };
/** The block of a height is the one at that place. */
export type TestBlock = { readonly second: number; readonly logs: readonly TestLog[] };

/** A chain of blocks with logs, all of them final, as JSON-RPC over HTTP. */
export async function startLogChain(
  blocks: readonly TestBlock[],
  spoil: (result: unknown) => unknown = (result) => result,
) {
  const hashOf = (height: number) => pad(numberToHex(height + 1), { size: 32 });
  const blockAt = (height: number) => {
    const block = blocks[height];
    return block === undefined
      ? null
      : {
          number: numberToHex(height),
          hash: hashOf(height),
          parentHash: hashOf(height - 1),
          timestamp: numberToHex(block.second),
          transactions: [],
        };
  };
  const logsOf = (height: number) =>
    (blocks[height]?.logs ?? []).map((log, i) => ({
      ...log,
      blockNumber: numberToHex(height),
      blockHash: hashOf(height),
      logIndex: numberToHex(i),
      transactionHash: hashOf(i),
      transactionIndex: numberToHex(i),
      removed: false,
    }));
  const last = blocks.length - 1;
  const answer = (method: string, [first]: readonly unknown[]): unknown => {
    if (method === 'eth_blockNumber') return numberToHex(last);
    if (method === 'eth_getBlockByNumber') return blockAt(first === 'finalized' ? last : Number(first));
    const { fromBlock, toBlock } = first as { fromBlock: Hex; toBlock: Hex };
    const heights = blocks.map((_, height) => height);
    const asked = heights.filter((height) => height >= Number(fromBlock) && height <= Number(toBlock));
    return spoil(asked.flatMap(logsOf));
  };
  const server = await startHttpVenue((_, request, body) => {
    if (request.method !== 'POST') return { status: 405, body: '' };
    const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: unknown[] };
    return { body: { jsonrpc: '2.0', id, result: answer(method, params) } };
  });
  return { reader: createReader({ rpcUrl: server.origin, chainId: 31_337 }), stop: server.stop };
}
