import { encodeFunctionData, type Hex, type TransactionReceipt } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { encodeCommittee } from './committee.ts';
import { chainRequest } from './errors.ts';
import { boundedAutonomyControllerAbi as abi } from './generated/bounded-autonomy-controller.ts';
import { parameterRegistryAbi } from './generated/parameter-registry.ts';
import { unitFromWord, wordFromUnit } from './parameters.ts';
import { transact, type WaitOptions } from './transact.ts';
import { type ParameterUpdate, recommendationTypedData } from './typed-data.ts';
import { hexFromBytes, lowerCaseAddress, wordFromDigest } from './words.ts';

/** A member's signed value for an update. */
export type RecommendationVote = {
  /** Position in the committee. */
  readonly index: number;
  readonly value: bigint;
  /** 65 bytes, of {@link signRecommendation}. */
  readonly signature: Uint8Array;
};

/** What governance allows a parameter to do; values in its unit, below 2^128. */
export type ParameterLimits = {
  readonly min: bigint;
  readonly max: bigint;
  readonly stepUp: bigint;
  readonly stepDown: bigint;
  readonly cooldownSeconds: number;
};

export type ParameterState = {
  readonly parameter: Digest;
  readonly value: bigint;
  readonly unit: string;
  readonly limits: ParameterLimits;
  /** Unix seconds from which it may change again. */
  readonly readyAt: number;
  /** Number of its last change; 0 before the first. */
  readonly sequence: number;
};

export type AppliedChange = {
  readonly value: bigint;
  readonly transactionHash: Hex;
  readonly gasUsed: bigint;
};

type Registries = { readonly controller: string; readonly parameterRegistry: string };

/**
 * The value that the contract takes from a list of votes: their lower median.
 *
 * @throws BallastError `RECOMMENDATIONS_EMPTY`.
 */
export function lowerMedian(values: readonly bigint[]): bigint {
  const median = values.toSorted(compareValues)[Math.floor((values.length - 1) / 2)];
  if (median === undefined)
    throw new BallastError('RECOMMENDATIONS_EMPTY', 'got no recommendations, expected a quorum');
  return median;
}

/**
 * Hands a quorum's recommendations to the controller, which applies their lower median or refuses. It is tried
 * before it is sent, so a refusal costs nothing.
 *
 * @param votes of distinct members, in any order.
 * @param committee signers of the current committee in ascending order.
 * @throws ContractRevertError `VALUE_ABOVE_MAXIMUM` {id, value, max}, `VALUE_BELOW_MINIMUM` {id, value, min},
 *   `STEP_EXCEEDED` {id, current, value, step}, `COOLDOWN_ACTIVE` {id, readyAt}, `NO_CHANGE`,
 *   `EXPECTED_MISMATCH`, `SEQUENCE_MISMATCH`, `EXPIRED`, `MODEL_MISMATCH`, `QUORUM_NOT_REACHED` …
 */
export async function applyRecommendations(
  reader: ChainReader,
  writer: ChainWriter,
  controller: string,
  request: {
    readonly update: ParameterUpdate;
    readonly votes: readonly RecommendationVote[];
    readonly committee: readonly string[];
  },
  wait: WaitOptions = {},
): Promise<AppliedChange> {
  const { update, committee } = request;
  const votes = request.votes.toSorted((a, b) => compareValues(a.value, b.value));
  const value = lowerMedian(votes.map((vote) => vote.value));
  const domain = { chainId: writer.chain.id, contract: controller };
  const { value: _median, ...shared } = recommendationTypedData(domain, { ...update, value }).message;
  const encodedVotes = votes.map((vote) => ({ ...vote, signature: hexFromBytes(vote.signature) }));
  const args = [shared, encodedVotes, encodeCommittee(committee)] as const;
  const data = encodeFunctionData({ abi, functionName: 'applyUpdate', args });
  const what = `apply change ${update.sequence} of parameter ${update.parameter}`;
  const to = lowerCaseAddress(controller);
  const { sequence, expected, modelDigest, expiry } = update;
  const id = ['apply', to, update.parameter, sequence, expected, modelDigest, expiry].join('/');
  const receipt = await transact(reader, writer, what, { to, data }, wait, id);
  return { value, transactionHash: receipt.transactionHash, gasUsed: receipt.gasUsed };
}

const compareValues = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * A parameter's value and limits, all at one block.
 *
 * @param height of the block; the latest unless given. Nodes that read at one height read the same.
 * @throws ContractRevertError `PARAMETER_NOT_CONFIGURED`.
 */
export async function parameterState(
  reader: ChainReader,
  { controller, parameterRegistry }: Registries,
  parameter: Digest,
  height?: number,
): Promise<ParameterState> {
  const args = [wordFromDigest(parameter)] as const;
  return chainRequest(`read parameter ${parameter}`, async () => {
    const blockNumber = height === undefined ? await reader.getBlockNumber() : BigInt(height);
    const at = { abi, address: lowerCaseAddress(controller), args, blockNumber } as const;
    const [[value, unit], limits, readyAt, sequence] = await Promise.all([
      reader.readContract({
        abi: parameterRegistryAbi,
        address: lowerCaseAddress(parameterRegistry),
        functionName: 'parameters',
        args,
        blockNumber,
      }),
      reader.readContract({ ...at, functionName: 'limitsOf' }),
      reader.readContract({ ...at, functionName: 'readyAt' }),
      reader.readContract({ ...at, functionName: 'sequenceOf' }),
    ]);
    const { cooldown, ...bounds } = limits;
    return {
      parameter,
      value,
      unit: unitFromWord(unit),
      limits: { ...bounds, cooldownSeconds: Number(cooldown) },
      readyAt: Number(readyAt),
      sequence: Number(sequence),
    };
  });
}

/**
 * Adds a parameter or overrides its value, and sets its limits, as governance: two transactions, limits last.
 *
 * @throws ContractRevertError `OWNABLE_UNAUTHORIZED_ACCOUNT`, `UNIT_MISMATCH`, `LIMITS_INVERTED` …
 */
export async function configureParameter(
  reader: ChainReader,
  writer: ChainWriter,
  { controller, parameterRegistry }: Registries,
  configuration: {
    readonly parameter: Digest;
    readonly unit: string;
    readonly value: bigint;
    readonly limits: ParameterLimits;
  },
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const { parameter, unit, value } = configuration;
  const id = wordFromDigest(parameter);
  const data = encodeFunctionData({
    abi: parameterRegistryAbi,
    functionName: 'configure',
    args: [id, wordFromUnit(unit), value],
  });
  const to = lowerCaseAddress(parameterRegistry);
  await transact(reader, writer, `configure parameter ${parameter}`, { to, data }, wait);
  return setParameterLimits(reader, writer, controller, configuration, wait);
}

/** Sets a parameter's limits as governance. Its cooldown starts anew, its sequence goes on. */
export function setParameterLimits(
  reader: ChainReader,
  writer: ChainWriter,
  controller: string,
  { parameter, limits }: { readonly parameter: Digest; readonly limits: ParameterLimits },
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const { cooldownSeconds, ...bounds } = limits;
  const args = [wordFromDigest(parameter), { ...bounds, cooldown: BigInt(cooldownSeconds) }] as const;
  const data = encodeFunctionData({ abi, functionName: 'configure', args });
  const what = `set limits of parameter ${parameter}`;
  return transact(reader, writer, what, { to: lowerCaseAddress(controller), data }, wait);
}
