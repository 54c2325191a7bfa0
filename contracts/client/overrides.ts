import { encodeFunctionData, getAbiItem, type Hex, parseEventLogs } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import { ballastGovernorAbi } from './generated/ballast-governor.ts';
import { overrideModuleAbi as abi } from './generated/override-module.ts';
import { readProposal } from './governance.ts';
import { IN_ONE_CALL } from './multicall.ts';
import { explanationDigest } from './parameters.ts';
import { proposalText } from './proposal-description.ts';
import { digestFromWord, lowerCaseAddress, wordFromDigest } from './words.ts';

/** The longest that an override may last, in seconds. */
export const MAX_OVERRIDE_SECONDS = 2_592_000;

/** Governance's own value in place of the models'. */
export type ParameterOverride = {
  readonly parameter: Digest;
  /** 1 for the module's first. */
  readonly number: number;
  /** In the parameter's unit. */
  readonly value: bigint;
  /** Unix seconds. */
  readonly startedAt: number;
  readonly endsAt: number;
  /** Number of its record in the decision log. */
  readonly decision: number;
  /** Digest of the published justification. */
  readonly justification: Digest;
};

/** Calldata with which governance overrides a parameter; the contract refuses a value beyond the bounds. */
export function overrideData(request: {
  readonly parameter: Digest;
  readonly value: bigint;
  /** Unix seconds. */
  readonly until: number;
  readonly justification: Digest;
}): Hex {
  const { parameter, value, until, justification } = request;
  const args = [wordFromDigest(parameter), value, until, wordFromDigest(justification)] as const;
  return encodeFunctionData({ abi, functionName: 'overrideParameter', args });
}

/** Calldata with which governance ends an override before its time. */
export function cancelOverrideData(parameter: Digest, justification: Digest): Hex {
  const args = [wordFromDigest(parameter), wordFromDigest(justification)] as const;
  return encodeFunctionData({ abi, functionName: 'cancelOverride', args });
}

/** Overrides so far, those that are over too. */
export async function overrideCount(reader: ChainReader, overrideModule: string): Promise<number> {
  const address = lowerCaseAddress(overrideModule);
  const count = await chainRequest('count the overrides', () =>
    reader.readContract({ abi, address, functionName: 'count' }),
  );
  return Number(count);
}

/** Where each override was made, by its number: from the module's events, from `fromBlock` on. */
export async function overrideTransactions(
  reader: ChainReader,
  overrideModule: string,
  fromBlock = 0n,
): Promise<ReadonlyMap<number, { readonly parameter: Digest; readonly transactionHash: Hex }>> {
  const address = lowerCaseAddress(overrideModule);
  const event = getAbiItem({ abi, name: 'ParameterOverridden' });
  const logs = await chainRequest('read the overrides', () =>
    reader.getLogs({ address, event, fromBlock, strict: true }),
  );
  return new Map(
    logs.map(({ args, transactionHash }) => [
      Number(args.number),
      { parameter: digestFromWord(args.id), transactionHash },
    ]),
  );
}

/** Those of these parameters' overrides that last, by the time of the last block. */
export async function activeOverrides(
  reader: ChainReader,
  overrideModule: string,
  parameters: readonly Digest[],
): Promise<readonly ParameterOverride[]> {
  if (parameters.length === 0) return [];
  const address = lowerCaseAddress(overrideModule);
  const answers = await chainRequest('read the overrides', () =>
    reader.multicall({
      contracts: parameters.map((parameter) => ({
        abi,
        address,
        functionName: 'overrideOf' as const,
        args: [wordFromDigest(parameter)] as const,
      })),
      ...IN_ONE_CALL,
    }),
  );
  return answers.flatMap(([{ number, value, startedAt, endsAt, decision, justification }, isActive], i) => {
    const parameter = parameters[i];
    if (!isActive || parameter === undefined) return [];
    const numbers = { number: Number(number), value, startedAt, endsAt, decision: Number(decision) };
    return [{ parameter, ...numbers, justification: digestFromWord(justification) }];
  });
}

/**
 * The words behind a decision of governance: the text of the proposal that was executed in its transaction.
 *
 * @returns undefined where there was no proposal, or its text is not what the digest was made of.
 */
export async function justificationText(
  reader: ChainReader,
  transactionHash: Hex,
  justification: Digest,
): Promise<string | undefined> {
  const { logs } = await chainRequest('read a transaction of governance', () =>
    reader.getTransactionReceipt({ hash: transactionHash }),
  );
  const [executed] = parseEventLogs({ abi: ballastGovernorAbi, logs, eventName: 'ProposalExecuted' });
  if (executed === undefined) return undefined;
  const { description } = await readProposal(reader, executed.address, executed.args.proposalId, 0n);
  const text = proposalText(description);
  // Whoever is in the way of the call may have put another's events beside it: the digest says whose words they are.
  return text !== undefined && explanationDigest(text) === justification ? text : undefined;
}
