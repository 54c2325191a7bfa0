import { encodeFunctionData, type Hex, zeroAddress } from 'viem';
import { breakerArguments } from './breaker-settings.ts';
import type { ChainReader } from './clients.ts';
import { type AddressOf, type DeploymentStep, moduleSteps } from './deployment-steps.ts';
import { ballastGovernorAbi, ballastGovernorBytecode } from './generated/ballast-governor.ts';
import {
  boundedAutonomyControllerAbi,
  boundedAutonomyControllerBytecode,
} from './generated/bounded-autonomy-controller.ts';
import { circuitBreakerAbi, circuitBreakerBytecode } from './generated/circuit-breaker.ts';
import { decisionLogAbi, decisionLogBytecode } from './generated/decision-log.ts';
import { electorateAbi, electorateBytecode } from './generated/electorate.ts';
import { governanceBridgeAbi, governanceBridgeBytecode } from './generated/governance-bridge.ts';
import { modelRegistryAbi, modelRegistryBytecode } from './generated/model-registry.ts';
import { moduleRegistryAbi, moduleRegistryBytecode } from './generated/module-registry.ts';
import { nodeRegistryAbi, nodeRegistryBytecode } from './generated/node-registry.ts';
import { overrideModuleAbi, overrideModuleBytecode } from './generated/override-module.ts';
import { parameterRegistryAbi, parameterRegistryBytecode } from './generated/parameter-registry.ts';
import { slasherAbi, slasherBytecode } from './generated/slasher.ts';
import { stabilityOracleAbi, stabilityOracleBytecode } from './generated/stability-oracle.ts';
import { timelockAbi, timelockBytecode } from './generated/timelock.ts';
import { GOVERNED_CONTRACTS, type GovernedContract, governanceActions } from './governance-actions.ts';
import { handFeedPair, handFeedStep } from './hand-feed.ts';
import { encodeLimits } from './parameter-limits.ts';
import { wordFromUnit } from './parameters.ts';
import { referenceSteps } from './reference-steps.ts';
import { oracleInitialisation } from './stability-oracle.ts';
import { genesisModules } from './suite-modules.ts';
import type { SuiteOptions } from './suite-options.ts';
import { lowerCaseAddress, wordFromDigest } from './words.ts';

/**
 * Every contract of a network, in the order of its deployment. They name each other before they exist, and nothing is
 * set afterwards: no account has a power to hand over, but for the one that names the first committee.
 *
 * @param reader says what code the modules have when the module registry is deployed.
 * @param deployer names network and first committee in the model registry, once.
 */
export function suiteSteps(
  reader: ChainReader,
  deployer: string,
  options: SuiteOptions,
): readonly DeploymentStep[] {
  const { peg, reference } = options;
  return [
    ...('hand' in peg ? [handFeedStep('pegFeed', peg.hand)] : []),
    ...immutableSteps(deployer, options),
    {
      name: 'slasher',
      abi: slasherAbi,
      bytecode: slasherBytecode,
      args: (addressOf) => ['modelRegistry', 'nodeRegistry', 'timelock'].map(addressOf),
    },
    ...controllerSteps(),
    ...overrideSteps(),
    ...oracleSteps(options),
    ...bridgeSteps(options),
    {
      name: 'moduleRegistry',
      abi: moduleRegistryAbi,
      bytecode: moduleRegistryBytecode,
      args: async (addressOf) => [addressOf('timelock'), await genesisModules(reader, addressOf), []],
    },
    ...(reference === undefined ? [] : referenceSteps(reference)),
  ];
}

function immutableSteps(deployer: string, options: SuiteOptions): readonly DeploymentStep[] {
  const { registry, governance, breaker } = options;
  return [
    {
      name: 'nodeRegistry',
      abi: nodeRegistryAbi,
      bytecode: nodeRegistryBytecode,
      args: (addressOf) => [registry.minimumBond, BigInt(registry.unbondingDelay), addressOf('slasher')],
    },
    {
      name: 'timelock',
      abi: timelockAbi,
      bytecode: timelockBytecode,
      args: (addressOf) => [BigInt(governance.timelockDelay), addressOf('governor')],
    },
    {
      name: 'electorate',
      abi: electorateAbi,
      bytecode: electorateBytecode,
      args: (addressOf) => [addressOf('timelock'), governance.identities.map(lowerCaseAddress)],
    },
    {
      name: 'governor',
      abi: ballastGovernorAbi,
      bytecode: ballastGovernorBytecode,
      args: (addressOf) => [
        addressOf('timelock'),
        addressOf('electorate'),
        {
          votingDelay: governance.votingDelay,
          votingPeriod: governance.votingPeriod,
          bond: governance.bond,
          credits: BigInt(governance.credits),
          season: BigInt(governance.season),
        },
        governanceActions(governedAddresses(addressOf)),
      ],
    },
    {
      name: 'modelRegistry',
      abi: modelRegistryAbi,
      bytecode: modelRegistryBytecode,
      args: () => {
        const { window = 0, bond = 0n } = options.disputes ?? {};
        return [lowerCaseAddress(deployer), BigInt(window), bond];
      },
    },
    {
      name: 'circuitBreaker',
      abi: circuitBreakerAbi,
      bytecode: circuitBreakerBytecode,
      args: (addressOf) =>
        breakerArguments({
          ...breaker,
          governance: addressOf('timelock'),
          oracle: addressOf('stabilityOracle'),
          log: addressOf('decisionLog'),
          models: addressOf('modelRegistry'),
        }),
    },
    {
      name: 'decisionLog',
      abi: decisionLogAbi,
      bytecode: decisionLogBytecode,
      args: (addressOf) => [
        addressOf('parameterRegistry'),
        addressOf('governanceBridge'),
        addressOf('timelock'),
      ],
    },
    {
      name: 'parameterRegistry',
      abi: parameterRegistryAbi,
      bytecode: parameterRegistryBytecode,
      args: (addressOf) => [
        addressOf('controller'),
        addressOf('governanceBridge'),
        addressOf('overrideModule'),
        addressOf('circuitBreaker'),
        addressOf('decisionLog'),
      ],
    },
  ];
}

function governedAddresses(addressOf: AddressOf): Readonly<Record<GovernedContract, string>> {
  const names = Object.keys(GOVERNED_CONTRACTS) as GovernedContract[];
  return Object.fromEntries(names.map((name) => [name, addressOf(name)])) as Record<GovernedContract, string>;
}

function controllerSteps(): readonly DeploymentStep[] {
  return moduleSteps({
    name: 'controller',
    abi: boundedAutonomyControllerAbi,
    bytecode: boundedAutonomyControllerBytecode,
    args: (addressOf) => [
      addressOf('moduleRegistry'),
      addressOf('modelRegistry'),
      addressOf('parameterRegistry'),
    ],
  });
}

function overrideSteps(): readonly DeploymentStep[] {
  return moduleSteps({
    name: 'overrideModule',
    abi: overrideModuleAbi,
    bytecode: overrideModuleBytecode,
    args: (addressOf) => [addressOf('moduleRegistry'), addressOf('timelock'), addressOf('parameterRegistry')],
  });
}

function oracleSteps({ peg, oracle }: SuiteOptions): readonly DeploymentStep[] {
  const code: DeploymentStep = {
    name: 'stabilityOracle',
    abi: stabilityOracleAbi,
    bytecode: stabilityOracleBytecode,
    args: (addressOf) => [addressOf('moduleRegistry'), addressOf('timelock')],
  };
  return moduleSteps(code, (addressOf) =>
    oracleInitialisation('hand' in peg ? { coin: handFeedPair(addressOf('pegFeed')) } : peg, oracle),
  );
}

function bridgeSteps(options: SuiteOptions): readonly DeploymentStep[] {
  const code: DeploymentStep = {
    name: 'governanceBridge',
    abi: governanceBridgeAbi,
    bytecode: governanceBridgeBytecode,
    args: (addressOf) =>
      ['moduleRegistry', 'timelock', 'parameterRegistry', 'decisionLog', 'electorate', 'nodeRegistry'].map(
        addressOf,
      ),
  };
  return moduleSteps(code, (addressOf) => bridgeInitialisation(options, addressOf));
}

function bridgeInitialisation({ bridge, parameters }: SuiteOptions, addressOf: AddressOf): Hex {
  const { delay, council } = bridge;
  const genesis = parameters.map(({ parameter, unit, value, limits, consumer }) => ({
    id: wordFromDigest(parameter),
    unit: wordFromUnit(unit),
    value,
    limits: encodeLimits(limits),
    consumer:
      consumer === undefined
        ? zeroAddress
        : consumer === 'reference-core'
          ? addressOf('referenceCore')
          : lowerCaseAddress(consumer),
  }));
  return encodeFunctionData({
    abi: governanceBridgeAbi,
    functionName: 'initialise',
    args: [
      delay,
      council === undefined ? zeroAddress : lowerCaseAddress(council.address),
      BigInt(council?.until ?? 0),
      genesis,
    ],
  });
}
