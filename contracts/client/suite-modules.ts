import { type Abi, type Hex, keccak256, stringToHex, toFunctionSelector } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader } from './clients.ts';
import type { AddressOf } from './deployment-steps.ts';
import { chainRequest } from './errors.ts';
import { boundedAutonomyControllerAbi } from './generated/bounded-autonomy-controller.ts';
import { governanceBridgeAbi } from './generated/governance-bridge.ts';
import { overrideModuleAbi } from './generated/override-module.ts';
import { stabilityOracleAbi } from './generated/stability-oracle.ts';

/** A contract whose code governance can replace, behind its delay. */
export type SuiteModule = {
  /** Of its proxy among the suite's contracts. */
  readonly name: string;
  /** Its key in the module registry is keccak256 of this. */
  readonly key: string;
  readonly abi: Abi;
  /** Functions of the interface that its callers rely on: every version has it. */
  readonly relied: readonly string[];
};

export const SUITE_MODULES: readonly SuiteModule[] = [
  {
    name: 'controller',
    key: 'BOUNDED_AUTONOMY_CONTROLLER',
    abi: boundedAutonomyControllerAbi,
    relied: ['applyUpdate', 'bounds', 'sequence', 'hashRecommendation'],
  },
  {
    name: 'governanceBridge',
    key: 'GOVERNANCE_BRIDGE',
    abi: governanceBridgeAbi,
    relied: ['submitParameterProposal', 'checkProposalStatus'],
  },
  {
    name: 'stabilityOracle',
    key: 'STABILITY_ORACLE',
    abi: stabilityOracleAbi,
    relied: ['getStabilityMetrics', 'getCollateralMetrics'],
  },
  {
    name: 'overrideModule',
    key: 'OVERRIDE_MODULE',
    abi: overrideModuleAbi,
    relied: ['moduleKey', 'moduleVersion'],
  },
];

export const moduleKey = (key: string): Hex => keccak256(stringToHex(key));

/** ERC-165 id of the interface that consists of these functions: their selectors, combined by exclusive or. */
function interfaceIdOf(abi: Abi, functions: readonly string[]): Hex {
  const id = functions.reduce((sum, name) => {
    const item = abi.find((entry) => entry.type === 'function' && entry.name === name);
    if (item?.type !== 'function')
      throw new BallastError('INTERFACE_FUNCTION_UNKNOWN', `interface: got ${name}, expected a function`);
    return sum ^ BigInt(toFunctionSelector(item));
  }, 0n);
  return `0x${id.toString(16).padStart(8, '0')}`;
}

/** The module registry's first entries: what was deployed, and the hashes of its code. */
export function genesisModules(reader: ChainReader, addressOf: AddressOf) {
  return chainRequest('read the modules', () =>
    Promise.all(
      SUITE_MODULES.map(async ({ name, abi, relied }) => {
        const implementation = addressOf(`${name}Code`);
        const code = (await reader.getCode({ address: implementation })) ?? '0x';
        return {
          proxy: addressOf(name),
          implementation,
          codeHash: keccak256(code),
          interfaceId: interfaceIdOf(abi, relied),
        };
      }),
    ),
  );
}
