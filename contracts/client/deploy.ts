import type { Address } from 'viem';
import { breakerArguments } from './breaker-settings.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { type DeploymentStep, deploySteps, moduleSteps, nextNonce } from './deployment-steps.ts';
import {
  boundedAutonomyControllerAbi,
  boundedAutonomyControllerBytecode,
} from './generated/bounded-autonomy-controller.ts';
import { circuitBreakerAbi, circuitBreakerBytecode } from './generated/circuit-breaker.ts';
import { decisionLogAbi, decisionLogBytecode } from './generated/decision-log.ts';
import { modelRegistryAbi, modelRegistryBytecode } from './generated/model-registry.ts';
import { nodeRegistryAbi, nodeRegistryBytecode } from './generated/node-registry.ts';
import { overrideModuleAbi, overrideModuleBytecode } from './generated/override-module.ts';
import { parameterRegistryAbi, parameterRegistryBytecode } from './generated/parameter-registry.ts';
import { slasherAbi, slasherBytecode } from './generated/slasher.ts';
import type { WaitOptions } from './waiting.ts';

/** The addresses of a network document, in lower case. */
export type ContractAddresses = {
  readonly nodeRegistry: Address;
  readonly modelRegistry: Address;
  readonly parameterRegistry: Address;
  readonly controller: Address;
};

export type Deployment = ContractAddresses & {
  /** The block of the first deployment, where readers of events may begin; 0 where it was found, not made. */
  readonly block: bigint;
};

export type DeployOptions = WaitOptions & {
  /** Wei. */
  readonly minimumBond: bigint;
  readonly unbondingDelaySeconds: number;
  /**
   * The writer's nonce of the first contract; its next one unless given. A nonce serves once and fixes an address, so
   * a deployment that is taken up again with the same nonce goes on, and never makes a contract twice.
   */
  readonly firstNonce?: number;
  /**
   * Where the circuit breaker reads the peg; where it is left out, none of its observations is usable and guardians
   * alone can halt.
   */
  readonly stabilityOracle?: string;
  /** Seconds in which a published version may be disputed, and the wei that takes; versions count at once unless given. */
  readonly disputes?: { readonly window: number; readonly bond: bigint };
};

/**
 * Deploys the contracts with the writer's account in the place of governance, guardian, bridge and module registry.
 * They name each other before they exist, by addresses that follow from the nonces. `initialiseModelRegistry` and
 * `configureParameter` come next.
 *
 * @throws BallastError `DEPLOYMENT_NONCE_USED` when the account sent something else with a nonce
 *   of the deployment, or `CHAIN_REQUEST_FAILED`; ContractRevertError.
 */
export async function deployContracts(
  reader: ChainReader,
  writer: ChainWriter,
  { minimumBond, unbondingDelaySeconds, firstNonce, stabilityOracle, disputes, ...wait }: DeployOptions,
): Promise<Deployment> {
  const owner = writer.account.address;
  const steps: readonly DeploymentStep[] = [
    {
      name: 'nodeRegistry',
      abi: nodeRegistryAbi,
      bytecode: nodeRegistryBytecode,
      args: (addressOf) => [minimumBond, BigInt(unbondingDelaySeconds), addressOf('slasher')],
    },
    {
      name: 'modelRegistry',
      abi: modelRegistryAbi,
      bytecode: modelRegistryBytecode,
      args: () => [owner, BigInt(disputes?.window ?? 0), disputes?.bond ?? 0n],
    },
    {
      name: 'circuitBreaker',
      abi: circuitBreakerAbi,
      bytecode: circuitBreakerBytecode,
      args: (addressOf) =>
        breakerArguments({
          governance: owner,
          oracle: stabilityOracle ?? owner,
          log: addressOf('decisionLog'),
          guardians: [owner],
        }),
    },
    {
      name: 'decisionLog',
      abi: decisionLogAbi,
      bytecode: decisionLogBytecode,
      args: (addressOf) => [addressOf('parameterRegistry'), owner, owner],
    },
    {
      name: 'parameterRegistry',
      abi: parameterRegistryAbi,
      bytecode: parameterRegistryBytecode,
      args: (addressOf) => [
        addressOf('controller'),
        owner,
        addressOf('overrideModule'),
        addressOf('circuitBreaker'),
        addressOf('decisionLog'),
      ],
    },
    ...moduleSteps({
      name: 'controller',
      abi: boundedAutonomyControllerAbi,
      bytecode: boundedAutonomyControllerBytecode,
      args: (addressOf) => [owner, addressOf('modelRegistry'), addressOf('parameterRegistry')],
    }),
    ...moduleSteps({
      name: 'overrideModule',
      abi: overrideModuleAbi,
      bytecode: overrideModuleBytecode,
      args: (addressOf) => [owner, owner, addressOf('parameterRegistry')],
    }),
    {
      name: 'slasher',
      abi: slasherAbi,
      bytecode: slasherBytecode,
      args: (addressOf) => [addressOf('modelRegistry'), addressOf('nodeRegistry'), owner],
    },
  ];
  const first = firstNonce ?? (await nextNonce(reader, owner));
  const { addressOf, block } = await deploySteps(reader, writer, first, steps, wait);
  return {
    nodeRegistry: addressOf('nodeRegistry'),
    modelRegistry: addressOf('modelRegistry'),
    parameterRegistry: addressOf('parameterRegistry'),
    controller: addressOf('controller'),
    block,
  };
}
