import { decodeFunctionData, encodeFunctionResult, type Hex, parseAbi } from 'viem';
import { createReader } from '../../../../contracts/client/index.ts';
import { startHttpVenue } from './world.ts';

export type TestRound = { readonly answer: bigint; readonly second: number; readonly answeredIn?: bigint };

const ABI = parseAbi([
  'function decimals() view returns (uint8)',
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
  'function getRoundData(uint80) view returns (uint80, int256, uint256, uint256, uint80)',
  'function phaseId() view returns (uint16)',
  'function phaseAggregators(uint16) view returns (address)',
  'function latestRound() view returns (uint256)',
]);
const FEED = `0x${'fe'.repeat(20)}` as const;
const aggregatorOf = (phase: number) => `0x${phase.toString(16).padStart(40, 'a')}` as const;

/** A chain that has one Chainlink feed, as JSON-RPC over HTTP. A round that is undefined was never answered. */
export async function startFeed(
  phases: (TestRound | undefined)[][],
  spoil: (result: Hex) => unknown = (r) => r,
) {
  const rounds = (id: bigint) => {
    const [phase, n] = [Number(id >> 64n), Number(id & 0xffff_ffffn)];
    const round = phases[phase - 1]?.[n - 1];
    if (round === undefined) return undefined;
    const { answer, second, answeredIn = id } = round;
    return [id, answer, BigInt(second), BigInt(second), answeredIn] as const;
  };
  const call = (to: string, data: Hex): Hex | undefined => {
    const { functionName, args } = decodeFunctionData({ abi: ABI, data });
    const told = (result: unknown) => encodeFunctionResult({ abi: ABI, functionName, result } as never);
    const last = phases.length;
    if (functionName === 'decimals') return told(8);
    if (functionName === 'phaseId') return told(last);
    if (functionName === 'phaseAggregators') return told(aggregatorOf(Number(args[0])));
    if (functionName === 'latestRound') {
      const phase = phases.findIndex((_, i) => aggregatorOf(i + 1) === to);
      return told(BigInt(phases[phase]?.length ?? 0));
    }
    const newest = (BigInt(last) << 64n) | BigInt(phases.at(-1)?.length ?? 0);
    const round = rounds(functionName === 'getRoundData' ? BigInt(args[0]) : newest);
    return round === undefined ? undefined : told(round);
  };
  const server = await startHttpVenue((_, request, body) => {
    const { id, method, params } = JSON.parse(body) as {
      id: number;
      method: string;
      params: [{ to: string; data: Hex }];
    };
    if (request.method !== 'POST') return { status: 405, body: '' };
    if (method === 'eth_blockNumber') return { body: { jsonrpc: '2.0', id, result: '0x64' } };
    const result = call(params[0].to.toLowerCase(), params[0].data);
    const revert = { code: 3, message: 'execution reverted: No data present', data: '0x' };
    return {
      body:
        result === undefined
          ? { jsonrpc: '2.0', id, error: revert }
          : { jsonrpc: '2.0', id, result: spoil(result) },
    };
  });
  const reader = createReader({ rpcUrl: server.origin, chainId: 31_337 });
  return { reader, feed: FEED, asked: server.asked, stop: server.stop };
}
