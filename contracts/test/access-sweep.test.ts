import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  type Abi,
  type AbiFunction,
  decodeErrorResult,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
} from 'viem';
import { devAccount, startAnvil } from '../client/anvil.ts';
import {
  DEFAULT_BREAKER_SETTINGS,
  DEFAULT_RESUME_DELAY_SECONDS,
  DEFAULT_SEVERITY_LEVELS,
} from '../client/breaker-settings.ts';
import { createReader, createWriter } from '../client/clients.ts';
import * as governor from '../client/generated/ballast-governor.ts';
import * as controller from '../client/generated/bounded-autonomy-controller.ts';
import * as breaker from '../client/generated/circuit-breaker.ts';
import * as coin from '../client/generated/coin.ts';
import * as log from '../client/generated/decision-log.ts';
import * as electorate from '../client/generated/electorate.ts';
import * as bridge from '../client/generated/governance-bridge.ts';
import * as models from '../client/generated/model-registry.ts';
import { moduleProxyAbi, moduleProxyBytecode } from '../client/generated/module-proxy.ts';
import * as modules from '../client/generated/module-registry.ts';
import * as nodes from '../client/generated/node-registry.ts';
import * as overrides from '../client/generated/override-module.ts';
import * as parameters from '../client/generated/parameter-registry.ts';
import * as core from '../client/generated/reference-core.ts';
import * as slasher from '../client/generated/slasher.ts';
import * as oracle from '../client/generated/stability-oracle.ts';
import * as timelock from '../client/generated/timelock.ts';
import { addressOfRole, plausible } from './access/arguments.ts';
import { ACCESS, accessRows } from './access/table.ts';

type Built = {
  readonly abi: Abi;
  readonly bytecode: Hex;
  /** The constructor's arguments, where plausible ones do not pass. */
  readonly args?: readonly unknown[];
  readonly isModule?: boolean;
};

const role = addressOfRole;
const BREAKER_ARGS = [
  role('governance'),
  { oracle: role('oracle'), health: role('health'), log: role('log'), models: role('models') },
  BigInt(DEFAULT_RESUME_DELAY_SECONDS),
  [role('guardian')],
  DEFAULT_BREAKER_SETTINGS,
  DEFAULT_SEVERITY_LEVELS,
];

const GOVERNOR_CONFIG = {
  votingDelay: 86_400,
  votingPeriod: 604_800,
  bond: 1n,
  credits: 100n,
  season: 31_536_000n,
};
const CORE_SETUP = {
  ...{
    registry: role('registry'),
    breaker: role('breaker'),
    coin: role('coin'),
    governance: role('governance'),
  },
  ...{ treasury: role('treasury'), debtFloor: 1n, ramp: 604_800n, pulls: false },
};

const CONTRACTS: Readonly<Record<string, Built>> = {
  ParameterRegistry: { abi: parameters.parameterRegistryAbi, bytecode: parameters.parameterRegistryBytecode },
  BoundedAutonomyController: {
    ...{
      abi: controller.boundedAutonomyControllerAbi,
      bytecode: controller.boundedAutonomyControllerBytecode,
    },
    isModule: true,
  },
  CircuitBreaker: {
    abi: breaker.circuitBreakerAbi,
    bytecode: breaker.circuitBreakerBytecode,
    args: BREAKER_ARGS,
  },
  DecisionLog: { abi: log.decisionLogAbi, bytecode: log.decisionLogBytecode },
  OverrideModule: {
    abi: overrides.overrideModuleAbi,
    bytecode: overrides.overrideModuleBytecode,
    isModule: true,
  },
  ModelRegistry: {
    ...{ abi: models.modelRegistryAbi, bytecode: models.modelRegistryBytecode },
    args: [role('owner'), 0n, 0n],
  },
  ModuleRegistry: {
    ...{ abi: modules.moduleRegistryAbi, bytecode: modules.moduleRegistryBytecode },
    args: [role('governance'), [], []],
  },
  NodeRegistry: {
    ...{ abi: nodes.nodeRegistryAbi, bytecode: nodes.nodeRegistryBytecode },
    args: [1n, 86_400n, role('slasher')],
  },
  Slasher: { abi: slasher.slasherAbi, bytecode: slasher.slasherBytecode },
  Electorate: {
    ...{ abi: electorate.electorateAbi, bytecode: electorate.electorateBytecode },
    args: [role('governance'), Array.from({ length: 8 }, (_, i) => role(`identity ${i}`))],
  },
  GovernanceBridge: {
    abi: bridge.governanceBridgeAbi,
    bytecode: bridge.governanceBridgeBytecode,
    isModule: true,
  },
  StabilityOracle: {
    abi: oracle.stabilityOracleAbi,
    bytecode: oracle.stabilityOracleBytecode,
    isModule: true,
  },
  Timelock: {
    ...{ abi: timelock.timelockAbi, bytecode: timelock.timelockBytecode },
    args: [172_800n, role('governor')],
  },
  BallastGovernor: {
    ...{ abi: governor.ballastGovernorAbi, bytecode: governor.ballastGovernorBytecode },
    args: [role('timelock'), role('electorate'), GOVERNOR_CONFIG, []],
  },
  ReferenceCore: { abi: core.referenceCoreAbi, bytecode: core.referenceCoreBytecode, args: [CORE_SETUP] },
  Coin: { abi: coin.coinAbi, bytecode: coin.coinBytecode },
};

/** Accounts that hold a role somewhere else, or none: whoever is not the role itself must be refused. */
const OTHERS = [
  'nobody',
  'guardian',
  'council',
  'node',
  'governance',
  'controller',
  'registry',
  'upgrader',
  'core',
];

const changing = (abi: Abi): AbiFunction[] =>
  abi.filter(
    (item): item is AbiFunction =>
      item.type === 'function' && item.stateMutability !== 'view' && item.stateMutability !== 'pure',
  );

describe('access to the contracts', () => {
  it('is listed for every function that changes state, and for no other', () => {
    for (const [name, { abi }] of Object.entries(CONTRACTS)) {
      const names = new Set(changing(abi).map((each) => each.name));
      expect([...names].sort(), name).to.deep.equal(Object.keys(ACCESS[name] ?? {}).sort());
    }
    expect(Object.keys(ACCESS).sort()).to.deep.equal(Object.keys(CONTRACTS).sort());
  });

  it('is what the documents say', () => {
    const page = readFileSync(new URL('../../docs/contracts-verification.md', import.meta.url), 'utf8');
    expect(page.split('\n')).to.include.members(accessRows());
  });

  it('is refused to whoever is not the role, and not to the role', async function () {
    this.timeout(120_000);
    const anvil = await startAnvil();
    try {
      await sweep(anvil.rpcUrl, anvil.chainId);
    } finally {
      await anvil.stop();
    }
  });
});

async function sweep(rpcUrl: string, chainId: number): Promise<void> {
  const endpoint = { rpcUrl, chainId, pollingIntervalMs: 10 };
  const reader = createReader(endpoint);
  const deployer = createWriter(endpoint, devAccount(0));
  const create = async (abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Hex> => {
    const nonce = await reader.getTransactionCount({ address: deployer.account.address });
    const hash = await deployer.sendTransaction({
      data: encodeDeployData({ abi, bytecode, args }),
      gas: 15_000_000n,
    });
    const { status } = await reader.waitForTransactionReceipt({ hash });
    expect(status).to.equal('success');
    return getContractAddress({ from: deployer.account.address, nonce: BigInt(nonce) });
  };
  /** The name of the error that a call ends with, or `passed`; a call changes nothing. */
  const outcome = async (abi: Abi, to: Hex, data: Hex, from: Hex): Promise<string> => {
    try {
      await reader.request({ method: 'eth_call', params: [{ from, to, data }, 'latest'] });
      return 'passed';
    } catch (error) {
      return errorName(abi, revertData(error));
    }
  };
  for (const [name, { abi, bytecode, args, isModule }] of Object.entries(CONTRACTS)) {
    if (Object.values(ACCESS[name] ?? {}).every((access) => access === 'anyone')) continue;
    const inputs = abi.find((item) => item.type === 'constructor')?.inputs ?? [];
    const code = await create(abi, bytecode, args ?? inputs.map(plausible)).catch((cause: unknown) => {
      throw new Error(`${name} cannot be made`, { cause });
    });
    const to = isModule === true ? await create(moduleProxyAbi, moduleProxyBytecode, [code, '0x']) : code;
    for (const each of changing(abi)) {
      const access = ACCESS[name]?.[each.name];
      if (access === undefined || access === 'anyone') continue;
      const data = encodeFunctionData({
        ...{ abi: [each], functionName: each.name },
        args: each.inputs.map(plausible),
      });
      const error = 'members' in access ? access.members : access.error;
      const holder = 'members' in access ? undefined : access.role === 'itself' ? to : role(access.role);
      for (const from of [deployer.account.address, ...OTHERS.map(role)]) {
        if (from === holder) continue;
        // Governance stands above guardians.
        if (error === 'NotGuardian' && from === role('governance')) continue;
        const refused = await outcome(abi, to, data, from);
        expect(refused, `${name}.${each.name} from ${from}`).to.equal(error);
      }
      if (holder === undefined) continue;
      expect(await outcome(abi, to, data, holder), `${name}.${each.name} from its role`).not.to.equal(error);
    }
  }
}

function revertData(error: unknown): Hex | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { data } = cause as { readonly data?: unknown };
    if (typeof data === 'string' && data.startsWith('0x')) return data as Hex;
  }
  return undefined;
}

function errorName(abi: Abi, data: Hex | undefined): string {
  if (data === undefined || data === '0x') return 'reverted';
  try {
    return decodeErrorResult({ abi, data }).errorName;
  } catch {
    return `unknown ${data.slice(0, 10)}`;
  }
}
