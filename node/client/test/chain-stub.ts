import { decodeFunctionData, encodeErrorResult, encodeFunctionResult, type Hex } from 'viem';
import { boundedAutonomyControllerAbi } from '../../../contracts/client/generated/bounded-autonomy-controller.ts';
import { modelRegistryAbi } from '../../../contracts/client/generated/model-registry.ts';
import { parameterRegistryAbi } from '../../../contracts/client/generated/parameter-registry.ts';
import { wordFromUnit } from '../../../contracts/client/parameters.ts';
import { wordFromDigest } from '../../../contracts/client/words.ts';
import type { Digest } from '../../../protocol/digest.ts';

/** What the chain stands at; a test changes it as it likes. */
export type ChainState = {
  chainId: number;
  network: Digest;
  /** By version, from genesis on. */
  versions: Digest[];
  round: number;
  publishedAt: number;
  now: number;
  /** By epoch. */
  committees: { root: Digest; size: number; keys?: Digest }[];
  fee: bigint;
};

const LIMITS = {
  min: 1n,
  max: 9n,
  stepUp: 2n,
  stepDown: 3n,
  budgetUp: 4n,
  budgetDown: 5n,
  cooldown: 60,
  window: 600,
  risk: 0,
  class: 0,
  isWired: false,
};

type Request = { readonly method: string; readonly params?: readonly unknown[] };

const abi = [...modelRegistryAbi, ...parameterRegistryAbi, ...boundedAutonomyControllerAbi];

/** A refusal as an endpoint words it. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: Hex | undefined;

  constructor(code: number, message: string, data?: Hex) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** Answers the JSON-RPC requests that the client makes, as the contracts at that state would. */
export function answerRpc(state: ChainState, { method, params = [] }: Request): unknown {
  if (method === 'eth_chainId') return hex(state.chainId);
  if (method === 'eth_blockNumber') return hex(100);
  if (method === 'eth_getBlockByNumber')
    return { number: hex(100), timestamp: hex(state.now), transactions: [] };
  if (method === 'eth_call') return call(state, (params[0] as { data: Hex }).data);
  throw new RpcError(-32601, `no method ${method}`);
}

function call(state: ChainState, data: Hex): Hex {
  const { functionName, args = [] } = decodeFunctionData({ abi, data });
  const latest = state.versions.length - 1;
  const result = (name: never, value: unknown) =>
    encodeFunctionResult({ abi, functionName: name, result: value as never });
  const digestOf = (version: number) => wordFromDigest(state.versions[version] ?? '');
  const epoch = state.committees.length - 1;
  switch (functionName) {
    case 'head':
      return result(functionName as never, {
        network: wordFromDigest(state.network),
        version: BigInt(latest),
        modelDigest: digestOf(latest),
        epoch: BigInt(epoch),
        committeeRoot: wordFromDigest(state.committees[epoch]?.root ?? ''),
        committeeSize: state.committees[epoch]?.size ?? 0,
      });
    case 'latest':
      return result(functionName as never, [
        BigInt(latest),
        digestOf(latest),
        BigInt(state.round),
        BigInt(state.publishedAt),
      ]);
    case 'versions': {
      const version = Number(args[0]);
      if (version > latest) throw revert('VersionUnknown', [BigInt(version), BigInt(latest)]);
      return result(functionName as never, digestOf(version));
    }
    case 'committeeRoot': {
      const committee = state.committees[Number(args[0])];
      if (committee === undefined) throw revert('EpochUnknown', [args[0] as bigint, BigInt(epoch)]);
      return result(functionName as never, wordFromDigest(committee.root));
    }
    case 'committeeKeys': {
      const committee = state.committees[Number(args[0])];
      if (committee === undefined) throw revert('EpochUnknown', [args[0] as bigint, BigInt(epoch)]);
      return result(functionName as never, wordFromDigest(committee.keys ?? '0'.repeat(64)));
    }
    case 'parameters':
      return result(functionName as never, [state.fee, wordFromUnit('wad/year'), true]);
    case 'limitsOf':
      return result(functionName as never, LIMITS);
    case 'allowed':
      return result(functionName as never, {
        current: state.fee,
        lowest: state.fee,
        highest: state.fee,
        fallReadyAt: 77,
        riseReadyAt: 78,
      });
    case 'stateOf':
      return result(functionName as never, {
        value: state.fee,
        raisedAt: 17,
        upDrainedAt: 0,
        downDrainedAt: 0,
        overriddenUntil: 0,
        lastDecision: 0,
      });
    case 'sequence':
      return result(functionName as never, 5n);
    default:
      throw new RpcError(-32601, `no function ${functionName}`);
  }
}

function revert(errorName: 'VersionUnknown' | 'EpochUnknown', args: readonly bigint[]): RpcError {
  const data = encodeErrorResult({ abi: modelRegistryAbi, errorName, args: args as never });
  return new RpcError(3, 'execution reverted', data);
}

const hex = (value: number): Hex => `0x${value.toString(16)}`;
