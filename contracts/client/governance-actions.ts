import { type Abi, type Address, type Hex, toFunctionSelector } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import { ballastGovernorAbi } from './generated/ballast-governor.ts';
import { circuitBreakerAbi } from './generated/circuit-breaker.ts';
import { decisionLogAbi } from './generated/decision-log.ts';
import { electorateAbi } from './generated/electorate.ts';
import { governanceBridgeAbi } from './generated/governance-bridge.ts';
import { modelRegistryAbi } from './generated/model-registry.ts';
import { moduleRegistryAbi } from './generated/module-registry.ts';
import { overrideModuleAbi } from './generated/override-module.ts';
import { stabilityOracleAbi } from './generated/stability-oracle.ts';
import { timelockAbi } from './generated/timelock.ts';
import type { KnownContract } from './proposal-description.ts';
import { PROPOSAL_TYPES, type ProposalType } from './proposal-header.ts';
import { lowerCaseAddress } from './words.ts';

/** The contracts that obey the timelock, by the name under which an addresses file has them. */
export const GOVERNED_CONTRACTS = {
  governanceBridge: { name: 'GovernanceBridge', abi: governanceBridgeAbi },
  overrideModule: { name: 'OverrideModule', abi: overrideModuleAbi },
  circuitBreaker: { name: 'CircuitBreaker', abi: circuitBreakerAbi },
  stabilityOracle: { name: 'StabilityOracle', abi: stabilityOracleAbi },
  moduleRegistry: { name: 'ModuleRegistry', abi: moduleRegistryAbi },
  modelRegistry: { name: 'ModelRegistry', abi: modelRegistryAbi },
  decisionLog: { name: 'DecisionLog', abi: decisionLogAbi },
  electorate: { name: 'Electorate', abi: electorateAbi },
  governor: { name: 'BallastGovernor', abi: ballastGovernorAbi },
  timelock: { name: 'Timelock', abi: timelockAbi },
} as const satisfies Record<string, { readonly name: string; readonly abi: Abi }>;

export type GovernedContract = keyof typeof GOVERNED_CONTRACTS;

/** Addresses of those that are deployed. */
export type GovernedAddresses = { readonly [key in GovernedContract]?: string };

/**
 * What each type of proposal may call at deployment. The governor adds `setAction` to `policy_change` by itself; plain
 * transfers are open to `funds_allocation`. Whatever is not here takes a policy change before it can be proposed.
 */
export const GOVERNANCE_FUNCTIONS: Readonly<
  Record<ProposalType, { readonly [key in GovernedContract]?: readonly string[] }>
> = {
  parameter_adjustment: {
    governanceBridge: ['setLimits', 'setValue', 'approve', 'approveWithLimits', 'reject', 'cancelChange'],
  },
  emergency_action: {
    overrideModule: ['overrideParameter', 'cancelOverride'],
    circuitBreaker: ['requestResume', 'setGuardian'],
    modelRegistry: ['requestRestore', 'resolveDispute'],
  },
  protocol_upgrade: {
    moduleRegistry: ['register', 'upgrade', 'addDependency', 'removeDependency'],
    modelRegistry: ['requestRestore', 'resolveDispute'],
  },
  funds_allocation: {},
  policy_change: {
    governanceBridge: ['configure', 'setConsumer', 'setDelay', 'cancelDelay', 'setCouncil'],
    circuitBreaker: ['setSettings', 'setLevels', 'setGuardian', 'setSturdy'],
    stabilityOracle: ['setPegSource', 'setCollateralSource', 'removeCollateral', 'setSettings'],
    decisionLog: ['review'],
    electorate: ['admit', 'remove'],
    governor: ['setVotingDelay', 'setVotingPeriod', 'setProposalThreshold'],
    timelock: ['updateDelay'],
  },
};

/** A row of the governor's table, as its constructor takes it. */
export type GovernanceAction = {
  /** Position in {@link PROPOSAL_TYPES}. */
  readonly kind: number;
  readonly target: Address;
  readonly selector: Hex;
};

/** The governor's table for these contracts. Those without an address are left out. */
export function governanceActions(addresses: GovernedAddresses): GovernanceAction[] {
  return PROPOSAL_TYPES.flatMap((type, kind) =>
    contractsOf(addresses).flatMap(({ key, address, abi }) =>
      (GOVERNANCE_FUNCTIONS[type][key] ?? []).map((name) => ({
        kind,
        target: address,
        selector: selectorOf(abi, name),
      })),
    ),
  );
}

/** The contracts of a deployment for {@link ProposalDirectory}. */
export function governedContracts(addresses: GovernedAddresses): KnownContract[] {
  return contractsOf(addresses).map(({ name, address, abi }) => ({ name, address, abi }));
}

function contractsOf(addresses: GovernedAddresses) {
  return (Object.keys(GOVERNED_CONTRACTS) as GovernedContract[]).flatMap((key) => {
    const address = addresses[key];
    if (address === undefined) return [];
    const { name, abi }: { name: string; abi: Abi } = GOVERNED_CONTRACTS[key];
    return [{ key, name, abi, address: lowerCaseAddress(address) }];
  });
}

function selectorOf(abi: Abi, name: string): Hex {
  const found = abi.filter((item) => item.type === 'function' && item.name === name);
  const [item] = found;
  if (item?.type !== 'function' || found.length !== 1) {
    throw new BallastError(
      'FUNCTION_UNKNOWN',
      `${name}: ${found.length} functions of that name, expected one`,
    );
  }
  return toFunctionSelector(item);
}
