import { encodeFunctionData, type Hex, type TransactionReceipt, zeroAddress } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { encodeCommittee } from './committee.ts';
import { chainRequest } from './errors.ts';
import { boundedAutonomyControllerAbi as abi } from './generated/bounded-autonomy-controller.ts';
import { parameterRegistryAbi } from './generated/parameter-registry.ts';
import { decodeLimits, encodeLimits, type ParameterLimits } from './parameter-limits.ts';
import { unitFromWord, wordFromUnit } from './parameters.ts';
import { transact } from './transact.ts';
import { encodeUpdate, type ParameterUpdate } from './typed-data.ts';
import type { WaitOptions } from './waiting.ts';
import { hexFromBytes, lowerCaseAddress, wordFromDigest } from './words.ts';

export type { ParameterLimits };

/** A member's signed values for an update. */
export type RecommendationVote = {
  /** Position in the committee. */
  readonly index: number;
  /** In the order of the update's parameters. */
  readonly values: readonly bigint[];
  /** keccak256 of the member's explanation. */
  readonly explanation: Digest;
  /** 65 bytes, of {@link signRecommendation}. */
  readonly signature: Uint8Array;
};

/** What a model may write now; every limit, the override and the circuit breaker counted in. */
export type Allowance = {
  /** The value itself while falls are not acceptable. */
  readonly lowest: bigint;
  readonly highest: bigint;
  /** Unix seconds from which a fall may be acceptable; {@link NOBODY_KNOWS} while a halt lasts. */
  readonly fallReadyAt: number;
  readonly riseReadyAt: number;
};

/** What the contracts say where nobody knows when: the largest uint40. */
export const NOBODY_KNOWS: number = 2 ** 40 - 1;

export type ParameterState = {
  readonly parameter: Digest;
  readonly value: bigint;
  readonly unit: string;
  readonly limits: ParameterLimits;
  readonly allowed: Allowance;
  /** Unix seconds from which it may change again in one direction at least. */
  readonly readyAt: number;
  /** Unix seconds until which an override of governance keeps models away; 0 for none. */
  readonly overriddenUntil: number;
  /** Number of the controller's last batch, of whatever parameters; 0 before the first. */
  readonly sequence: number;
};

export type AppliedBatch = {
  /** In the order of the update's parameters. */
  readonly values: readonly bigint[];
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
 * Hands a quorum's recommendations to the controller, which applies the lower median of each parameter's or refuses
 * them all. It is tried before it is sent, so a refusal costs nothing.
 *
 * @param votes of distinct members, in any order.
 * @param committee signers of the current committee in ascending order.
 * @throws ContractRevertError `VALUE_ABOVE_MAXIMUM` {id, value, max}, `VALUE_BELOW_MINIMUM` {id, value, min},
 *   `STEP_EXCEEDED` {id, current, value, step}, `COOLDOWN_ACTIVE` {id, readyAt}, `BUDGET_EXCEEDED`
 *   {id, current, value, available}, `OVERRIDE_ACTIVE` {id, until}, `WRITES_HALTED` …, `NO_CHANGE`,
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
): Promise<AppliedBatch> {
  const { update, committee } = request;
  // Sorted by the first value they cost the contract least.
  const votes = request.votes.toSorted((a, b) => compareValues(a.values[0] ?? 0n, b.values[0] ?? 0n));
  const values = update.parameters.map((_, i) => lowerMedian(votes.map((vote) => vote.values[i] ?? 0n)));
  const encodedVotes = votes.map((vote) => ({
    index: vote.index,
    explanation: wordFromDigest(vote.explanation),
    ...shortSignature(vote.signature),
    values: [...vote.values],
  }));
  const args = [encodeUpdate(update), encodedVotes, encodeCommittee(committee)] as const;
  const data = encodeFunctionData({ abi, functionName: 'applyUpdate', args });
  const what = `apply batch ${update.sequence} of parameters`;
  const to = lowerCaseAddress(controller);
  const { sequence, modelDigest, transcript, expiry, parameters } = update;
  const changes = parameters.map(({ parameter, expected }) => `${parameter}=${expected}`);
  const id = ['apply', to, sequence, modelDigest, transcript, expiry, ...changes].join('/');
  const receipt = await transact(reader, writer, what, { to, data }, wait, id);
  return { values, transactionHash: receipt.transactionHash, gasUsed: receipt.gasUsed };
}

/** r and s of 65 bytes, with the parity of v in the highest bit of s (ERC-2098). */
function shortSignature(signature: Uint8Array): { readonly r: Hex; readonly vs: Hex } {
  const short = signature.slice(0, 64);
  if (signature[64] === 28) short[32] = (short[32] ?? 0) | 0x80;
  return { r: hexFromBytes(short.subarray(0, 32)), vs: hexFromBytes(short.subarray(32)) };
}

const compareValues = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * A parameter's value, its limits and what a model may write, all at one block.
 *
 * @param height of the block; the latest unless given. Nodes that read at one height read the same.
 * @throws ContractRevertError `PARAMETER_UNKNOWN`.
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
    const address = lowerCaseAddress(parameterRegistry);
    const at = { abi: parameterRegistryAbi, address, args, blockNumber } as const;
    const [[value, unit], limits, allowed, { overriddenUntil }, sequence] = await Promise.all([
      reader.readContract({ ...at, functionName: 'parameters' }),
      reader.readContract({ ...at, functionName: 'limitsOf' }),
      reader.readContract({ ...at, functionName: 'allowed' }),
      reader.readContract({ ...at, functionName: 'stateOf' }),
      reader.readContract({
        abi,
        address: lowerCaseAddress(controller),
        functionName: 'sequence',
        blockNumber,
      }),
    ]);
    const { lowest, highest, fallReadyAt, riseReadyAt } = allowed;
    return {
      parameter,
      value,
      unit: unitFromWord(unit),
      limits: decodeLimits(limits),
      allowed: { lowest, highest, fallReadyAt, riseReadyAt },
      readyAt: Math.min(fallReadyAt, riseReadyAt),
      overriddenUntil,
      sequence: Number(sequence),
    };
  });
}

/**
 * Adds a parameter, as the governance bridge. Its cooldown starts.
 *
 * @param configuration its consumer is told of changes where the limits say that it is wired.
 * @throws ContractRevertError `NOT_GOVERNANCE`, `ALREADY_CONFIGURED`, `VALUE_OUT_OF_BOUNDS`, `LIMITS_INVERTED` …
 * @throws BallastError `PARAMETER_LIMITS`, `UNIT_LABEL`.
 */
export async function configureParameter(
  reader: ChainReader,
  writer: ChainWriter,
  { parameterRegistry }: Pick<Registries, 'parameterRegistry'>,
  configuration: {
    readonly parameter: Digest;
    readonly unit: string;
    readonly value: bigint;
    readonly limits: ParameterLimits;
    readonly consumer?: string;
  },
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const { parameter, unit, value, limits, consumer } = configuration;
  const data = encodeFunctionData({
    abi: parameterRegistryAbi,
    functionName: 'configure',
    args: [
      wordFromDigest(parameter),
      wordFromUnit(unit),
      value,
      encodeLimits(limits),
      consumer === undefined ? zeroAddress : lowerCaseAddress(consumer),
    ],
  });
  const to = lowerCaseAddress(parameterRegistry);
  return transact(reader, writer, `configure parameter ${parameter}`, { to, data }, wait);
}

/**
 * Replaces a parameter's limits, as the governance bridge. Its cooldown starts anew.
 *
 * @throws ContractRevertError `NOT_GOVERNANCE`, `PARAMETER_UNKNOWN`, `LIMITS_INVERTED` …
 * @throws BallastError `PARAMETER_LIMITS`.
 */
export function setParameterLimits(
  reader: ChainReader,
  writer: ChainWriter,
  parameterRegistry: string,
  { parameter, limits }: { readonly parameter: Digest; readonly limits: ParameterLimits },
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const args = [wordFromDigest(parameter), encodeLimits(limits)] as const;
  const data = encodeFunctionData({ abi: parameterRegistryAbi, functionName: 'setLimits', args });
  const what = `set limits of parameter ${parameter}`;
  return transact(reader, writer, what, { to: lowerCaseAddress(parameterRegistry), data }, wait);
}
