import type { Digest } from '../../protocol/digest.ts';
import type { ChainReader } from './clients.ts';
import type { ParameterState } from './controller.ts';
import { chainRequest } from './errors.ts';
import { boundedAutonomyControllerAbi } from './generated/bounded-autonomy-controller.ts';
import { parameterRegistryAbi as abi } from './generated/parameter-registry.ts';
import { IN_ONE_CALL } from './multicall.ts';
import { decodeLimits } from './parameter-limits.ts';
import { budgetLeft } from './parameter-rules.ts';
import { unitFromWord } from './parameters.ts';
import { lowerCaseAddress, wordFromDigest } from './words.ts';

/** A direction's budget: what a window admits at once, and what is left of it now. */
export type ParameterBudget = { readonly total: bigint; readonly left: bigint };

/** A parameter with what its budgets have left; a halt or an override counts in `allowed` alone. */
export type ParameterStanding = ParameterState & {
  readonly budgets: { readonly up: ParameterBudget; readonly down: ParameterBudget };
};

/**
 * Those of the parameters that governance has configured, all at one block and in two calls.
 *
 * @throws BallastError `CHAIN_REQUEST_FAILED`.
 */
export function parameterStandings(
  reader: ChainReader,
  contracts: { readonly controller: string; readonly parameterRegistry: string },
  parameters: readonly Digest[],
): Promise<readonly ParameterStanding[]> {
  const of = { abi, address: lowerCaseAddress(contracts.parameterRegistry) } as const;
  return chainRequest('read the parameters', async () => {
    const { number: blockNumber, timestamp: now } = await reader.getBlock();
    const heads = await reader.multicall({
      contracts: parameters.map((parameter) => ({
        ...of,
        functionName: 'parameters' as const,
        args: [wordFromDigest(parameter)] as const,
      })),
      ...IN_ONE_CALL,
      blockNumber,
    });
    const known = parameters.flatMap((parameter, i) => {
      const [value, unit, isConfigured] = heads[i] ?? [0n, '0x' as const, false];
      return isConfigured ? [{ parameter, value, unit: unitFromWord(unit) }] : [];
    });
    if (known.length === 0) return [];
    const at = (parameter: Digest) => ({ ...of, args: [wordFromDigest(parameter)] as const });
    const [sequence, limits, allowed, motions] = await Promise.all([
      reader.readContract({
        abi: boundedAutonomyControllerAbi,
        address: lowerCaseAddress(contracts.controller),
        functionName: 'sequence',
        blockNumber,
      }),
      reader.multicall({
        contracts: known.map(({ parameter }) => ({
          ...at(parameter),
          functionName: 'limitsOf' as const,
        })),
        ...IN_ONE_CALL,
        blockNumber,
      }),
      reader.multicall({
        contracts: known.map(({ parameter }) => ({ ...at(parameter), functionName: 'allowed' as const })),
        ...IN_ONE_CALL,
        blockNumber,
      }),
      reader.multicall({
        contracts: known.map(({ parameter }) => ({ ...at(parameter), functionName: 'stateOf' as const })),
        ...IN_ONE_CALL,
        blockNumber,
      }),
    ]);
    return known.flatMap((head, i) => {
      const [encoded, may, motion] = [limits[i], allowed[i], motions[i]];
      if (encoded === undefined || may === undefined || motion === undefined) return [];
      const decoded = decodeLimits(encoded);
      const { lowest, highest, fallReadyAt, riseReadyAt } = may;
      const { budgetUp, budgetDown, windowSeconds } = decoded;
      const left = (drainedAt: number, budget: bigint) =>
        budgetLeft(BigInt(drainedAt), budget, BigInt(windowSeconds), now);
      return [
        {
          ...head,
          limits: decoded,
          allowed: { lowest, highest, fallReadyAt, riseReadyAt },
          readyAt: Math.min(fallReadyAt, riseReadyAt),
          overriddenUntil: motion.overriddenUntil > now ? motion.overriddenUntil : 0,
          sequence: Number(sequence),
          budgets: {
            up: { total: budgetUp, left: left(motion.upDrainedAt, budgetUp) },
            down: { total: budgetDown, left: left(motion.downDrainedAt, budgetDown) },
          },
        },
      ];
    });
  });
}
