import {
  type Abi,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  type Hex,
  keccak256,
  stringToHex,
  zeroAddress,
} from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import { ballastGovernorAbi } from './generated/ballast-governor.ts';
import { boundedAutonomyControllerAbi } from './generated/bounded-autonomy-controller.ts';
import { circuitBreakerAbi } from './generated/circuit-breaker.ts';
import { coinAbi } from './generated/coin.ts';
import { decisionLogAbi } from './generated/decision-log.ts';
import { electorateAbi } from './generated/electorate.ts';
import { governanceBridgeAbi } from './generated/governance-bridge.ts';
import { moduleRegistryAbi } from './generated/module-registry.ts';
import { nodeRegistryAbi } from './generated/node-registry.ts';
import { overrideModuleAbi } from './generated/override-module.ts';
import { parameterRegistryAbi } from './generated/parameter-registry.ts';
import { referenceCoreAbi } from './generated/reference-core.ts';
import { slasherAbi } from './generated/slasher.ts';
import { stabilityOracleAbi } from './generated/stability-oracle.ts';
import { timelockAbi } from './generated/timelock.ts';
import { moduleKey, SUITE_MODULES } from './suite-modules.ts';
import { lowerCaseAddress } from './words.ts';

/** Addresses of a suite by name, in lower case. */
export type SuiteContracts = ReadonlyMap<string, Address>;

/** What a getter of a contract must answer: the address of another, by name; `none` is the zero address. */
type Wiring = {
  readonly contract: string;
  readonly abi: Abi;
  readonly getters: Readonly<Record<string, string>>;
};

const MODULE = { UPGRADER: 'moduleRegistry' } as const;
const WIRING: readonly Wiring[] = [
  { contract: 'nodeRegistry', abi: nodeRegistryAbi, getters: { SLASHER: 'slasher' } },
  {
    contract: 'slasher',
    abi: slasherAbi,
    getters: { MODELS: 'modelRegistry', NODES: 'nodeRegistry', TREASURY: 'timelock' },
  },
  { contract: 'electorate', abi: electorateAbi, getters: { GOVERNANCE: 'timelock' } },
  {
    contract: 'governor',
    abi: ballastGovernorAbi,
    getters: { timelock: 'timelock', ELECTORATE: 'electorate' },
  },
  {
    contract: 'circuitBreaker',
    abi: circuitBreakerAbi,
    getters: {
      GOVERNANCE: 'timelock',
      ORACLE: 'stabilityOracle',
      LOG: 'decisionLog',
      MODELS: 'modelRegistry',
      HEALTH: 'none',
    },
  },
  {
    contract: 'decisionLog',
    abi: decisionLogAbi,
    getters: { REGISTRY: 'parameterRegistry', BRIDGE: 'governanceBridge', REVIEWER: 'timelock' },
  },
  {
    contract: 'parameterRegistry',
    abi: parameterRegistryAbi,
    getters: {
      CONTROLLER: 'controller',
      GOVERNANCE: 'governanceBridge',
      OVERRIDES: 'overrideModule',
      BREAKER: 'circuitBreaker',
      LOG: 'decisionLog',
    },
  },
  {
    contract: 'controller',
    abi: boundedAutonomyControllerAbi,
    getters: { ...MODULE, MODELS: 'modelRegistry', PARAMETERS: 'parameterRegistry' },
  },
  {
    contract: 'overrideModule',
    abi: overrideModuleAbi,
    getters: { ...MODULE, GOVERNANCE: 'timelock', PARAMETERS: 'parameterRegistry' },
  },
  { contract: 'stabilityOracle', abi: stabilityOracleAbi, getters: { ...MODULE, GOVERNANCE: 'timelock' } },
  {
    contract: 'governanceBridge',
    abi: governanceBridgeAbi,
    getters: {
      ...MODULE,
      GOVERNANCE: 'timelock',
      PARAMETERS: 'parameterRegistry',
      LOG: 'decisionLog',
      ELECTORATE: 'electorate',
      NODES: 'nodeRegistry',
    },
  },
  { contract: 'moduleRegistry', abi: moduleRegistryAbi, getters: { GOVERNANCE: 'timelock' } },
  { contract: 'coin', abi: coinAbi, getters: { CORE: 'referenceCore' } },
  {
    contract: 'referenceCore',
    abi: referenceCoreAbi,
    getters: { REGISTRY: 'parameterRegistry', BREAKER: 'circuitBreaker', COIN: 'coin', TREASURY: 'timelock' },
  },
];

/** Contracts that only some suites have. */
const OPTIONAL: ReadonlySet<string> = new Set(['coin', 'referenceCore']);
/** Where ERC-1967 keeps a proxy's code. */
const IMPLEMENTATION_SLOT: Hex = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
const ADMIN_ROLE: Hex = `0x${'00'.repeat(32)}`;

/**
 * Reads who names whom, which code the modules run and who holds the timelock's roles, and compares it with what a
 * suite must have. It trusts nothing but the addresses that it is given.
 *
 * @param deployer must hold none of the timelock's roles.
 * @throws BallastError `SUITE_WIRING` {contract, field, expected, given} at the first that differs, or
 *   `CHAIN_REQUEST_FAILED`.
 */
export async function checkSuite(
  reader: ChainReader,
  contracts: SuiteContracts,
  deployer: string,
): Promise<void> {
  const checks = [
    ...WIRING.filter(({ contract }) => contracts.has(contract) || !OPTIONAL.has(contract)).map((wiring) =>
      checkWiring(reader, contracts, wiring),
    ),
    ...SUITE_MODULES.map(({ name, key }) => checkModule(reader, contracts, name, key)),
    checkTimelock(reader, contracts, deployer),
  ];
  await chainRequest('check the suite of contracts', () => Promise.all(checks));
}

async function checkWiring(
  reader: ChainReader,
  contracts: SuiteContracts,
  { contract, abi, getters }: Wiring,
): Promise<void> {
  const address = known(contracts, contract);
  await Promise.all(
    Object.entries(getters).map(async ([field, name]) => {
      const given = await answerOf(
        contract,
        field,
        reader.readContract({ abi, address, functionName: field }),
      );
      const expected = name === 'none' ? zeroAddress : known(contracts, name);
      compare(contract, field, expected, lowerCaseAddress(String(given)));
    }),
  );
}

async function checkModule(
  reader: ChainReader,
  contracts: SuiteContracts,
  name: string,
  key: string,
): Promise<void> {
  const proxy = known(contracts, name);
  const [record, slot] = await Promise.all([
    answerOf(
      'moduleRegistry',
      key,
      reader.readContract({
        abi: moduleRegistryAbi,
        address: known(contracts, 'moduleRegistry'),
        functionName: 'moduleOf',
        args: [moduleKey(key)],
      }),
    ),
    reader.getStorageAt({ address: proxy, slot: IMPLEMENTATION_SLOT }),
  ]);
  const code = lowerCaseAddress(record.implementation);
  compare('moduleRegistry', `${key}.proxy`, proxy, lowerCaseAddress(record.proxy));
  compare(name, 'implementation', code, `0x${(slot ?? '').slice(-40)}`);
  compare(name, 'codeHash', record.codeHash, keccak256((await reader.getCode({ address: code })) ?? '0x'));
}

async function checkTimelock(
  reader: ChainReader,
  contracts: SuiteContracts,
  deployer: string,
): Promise<void> {
  const timelock = known(contracts, 'timelock');
  const governor = known(contracts, 'governor');
  const [proposer, canceller] = [
    keccak256(stringToHex('PROPOSER_ROLE')),
    keccak256(stringToHex('CANCELLER_ROLE')),
  ];
  const holds: readonly (readonly [string, Hex, Address, boolean])[] = [
    ['proposer', proposer, governor, true],
    ['canceller', canceller, governor, true],
    ['admin', ADMIN_ROLE, timelock, true],
    ['admin', ADMIN_ROLE, lowerCaseAddress(deployer), false],
    ['proposer', proposer, lowerCaseAddress(deployer), false],
    ['canceller', canceller, lowerCaseAddress(deployer), false],
  ];
  await Promise.all(
    holds.map(async ([role, id, account, expected]) => {
      const args = [id, account] as const;
      const asked = reader.readContract({
        abi: timelockAbi,
        address: timelock,
        functionName: 'hasRole',
        args,
      });
      const given = await answerOf('timelock', role, asked);
      compare('timelock', `${role} ${account}`, String(expected), String(given));
    }),
  );
}

/** What a contract answers. Another one at its address refuses, or knows no such field. */
async function answerOf<T>(contract: string, field: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const isAnswer = (cause: unknown) =>
      cause instanceof ContractFunctionRevertedError || cause instanceof ContractFunctionZeroDataError;
    if (!(error instanceof BaseError) || error.walk(isAnswer) === null) throw error;
    throw wrong(contract, field, 'an answer', 'none: another contract lies there');
  }
}

function known(contracts: SuiteContracts, name: string): Address {
  const address = contracts.get(name);
  if (address === undefined) throw wrong(name, 'address', 'an address', 'nothing');
  return address;
}

function compare(contract: string, field: string, expected: string, given: string): void {
  if (given !== expected) throw wrong(contract, field, expected, given);
}

function wrong(contract: string, field: string, expected: string, given: string): BallastError {
  return new BallastError('SUITE_WIRING', `${contract}.${field}: got ${given}, expected ${expected}`, {
    metadata: { contract, field, expected, given },
    hint: 'do not use these contracts: deploy them anew',
  });
}
