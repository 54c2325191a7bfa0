import { type Abi, type Address, encodeDeployData, getContractAddress, type Hex, zeroAddress } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import {
  DEFAULT_BREAKER_SETTINGS,
  DEFAULT_RESUME_DELAY_SECONDS,
  DEFAULT_SEVERITY_LEVELS,
} from './breaker-settings.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import {
  boundedAutonomyControllerAbi,
  boundedAutonomyControllerBytecode,
} from './generated/bounded-autonomy-controller.ts';
import { circuitBreakerAbi, circuitBreakerBytecode } from './generated/circuit-breaker.ts';
import { decisionLogAbi, decisionLogBytecode } from './generated/decision-log.ts';
import { modelRegistryAbi, modelRegistryBytecode } from './generated/model-registry.ts';
import { moduleProxyAbi, moduleProxyBytecode } from './generated/module-proxy.ts';
import { nodeRegistryAbi, nodeRegistryBytecode } from './generated/node-registry.ts';
import { overrideModuleAbi, overrideModuleBytecode } from './generated/override-module.ts';
import { parameterRegistryAbi, parameterRegistryBytecode } from './generated/parameter-registry.ts';
import { slasherAbi, slasherBytecode } from './generated/slasher.ts';
import { transactionsOf } from './transactions.ts';
import type { WaitOptions } from './waiting.ts';
import { lowerCaseAddress } from './words.ts';

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
};

/** Transactions of a deployment, each with a nonce of its own. */
export const DEPLOYMENTS = 10;

const FOUND_POLL_MS = 100;
const DEFAULT_PATIENCE_MS = 60_000;

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
  { minimumBond, unbondingDelaySeconds, firstNonce, stabilityOracle, ...wait }: DeployOptions,
): Promise<Deployment> {
  const owner = writer.account.address;
  const first = firstNonce ?? (await nextNonce(reader, owner));
  const addressOf = (place: number) =>
    lowerCaseAddress(getContractAddress({ from: owner, nonce: BigInt(first + place) }));
  let nonce = first;
  const create = (name: string, abi: Abi, bytecode: Hex, args: readonly unknown[]) =>
    deploy(reader, writer, { name, data: encodeDeployData({ abi, bytecode, args }), nonce: nonce++ }, wait);
  const createModule = async (name: string, abi: Abi, bytecode: Hex, args: readonly unknown[]) => {
    const code = await create(name, abi, bytecode, args);
    return create(`${name}'s proxy`, moduleProxyAbi, moduleProxyBytecode, [code.address, '0x']);
  };
  const [log, registry, door, overriding] = [addressOf(3), addressOf(4), addressOf(6), addressOf(8)];
  const slasher = addressOf(9);

  const nodes = await create('NodeRegistry', nodeRegistryAbi, nodeRegistryBytecode, [
    minimumBond,
    BigInt(unbondingDelaySeconds),
    slasher,
  ]);
  const models = await create('ModelRegistry', modelRegistryAbi, modelRegistryBytecode, [owner, 0n, 0n]);
  const breaker = await create('CircuitBreaker', circuitBreakerAbi, circuitBreakerBytecode, [
    owner,
    { oracle: stabilityOracle ?? owner, health: zeroAddress, log, models: zeroAddress },
    BigInt(DEFAULT_RESUME_DELAY_SECONDS),
    [owner],
    DEFAULT_BREAKER_SETTINGS,
    DEFAULT_SEVERITY_LEVELS,
  ]);
  await create('DecisionLog', decisionLogAbi, decisionLogBytecode, [registry, owner, owner]);
  await create('ParameterRegistry', parameterRegistryAbi, parameterRegistryBytecode, [
    door,
    owner,
    overriding,
    breaker.address,
    log,
  ]);
  await createModule(
    'BoundedAutonomyController',
    boundedAutonomyControllerAbi,
    boundedAutonomyControllerBytecode,
    [owner, models.address, registry],
  );
  await createModule('OverrideModule', overrideModuleAbi, overrideModuleBytecode, [owner, owner, registry]);
  await create('Slasher', slasherAbi, slasherBytecode, [models.address, nodes.address, owner]);
  return {
    nodeRegistry: nodes.address,
    modelRegistry: models.address,
    parameterRegistry: registry,
    controller: door,
    block: nodes.block,
  };
}

/** The nonce of the account's next transaction, counting those that wait for a block. */
export function nextNonce(reader: ChainReader, account: Address): Promise<number> {
  return chainRequest('read nonce', () =>
    reader.getTransactionCount({ address: account, blockTag: 'pending' }),
  );
}

/** A contract's name, for messages, and the transaction that makes it. */
export type Creation = { readonly name: string; readonly data: Hex; readonly nonce: number };

/**
 * Makes one contract with a nonce of the writer's, or finds that it was made with it before.
 *
 * @returns its address, and its block; 0 where it was found.
 * @throws BallastError `DEPLOYMENT_NONCE_USED`, `CHAIN_REQUEST_FAILED`; ContractRevertError.
 */
export async function deploy(
  reader: ChainReader,
  writer: ChainWriter,
  { name, data, nonce }: Creation,
  wait: WaitOptions,
): Promise<{ address: Address; block: bigint }> {
  const what = `deploy ${name}`;
  const from = writer.account.address;
  const address = lowerCaseAddress(getContractAddress({ from, nonce: BigInt(nonce) }));
  if (await isDeployed(reader, what, address)) return { address, block: 0n };
  if ((await nextNonce(reader, from)) > nonce)
    return await awaitDeployed(reader, what, address, nonce, from, wait);
  const intent = { what, call: { data }, nonce, id: `deploy/${address}` };
  const { blockNumber } = await transactionsOf(reader, writer).send(intent, wait);
  return { address, block: blockNumber };
}

async function isDeployed(reader: ChainReader, what: string, address: Address): Promise<boolean> {
  const code = await chainRequest(what, () => reader.getCode({ address }));
  return code !== undefined && code !== '0x';
}

/** A transaction with the nonce is under way, or was made: perhaps the contract's. */
async function awaitDeployed(
  reader: ChainReader,
  what: string,
  address: Address,
  nonce: number,
  from: Address,
  { timeoutMs = DEFAULT_PATIENCE_MS, signal }: WaitOptions,
): Promise<{ address: Address; block: bigint }> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const mined = await chainRequest(what, () => reader.getTransactionCount({ address: from }));
    if (await isDeployed(reader, what, address)) return { address, block: 0n };
    signal?.throwIfAborted();
    if (mined > nonce || performance.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, FOUND_POLL_MS));
  }
  throw new BallastError(
    'DEPLOYMENT_NONCE_USED',
    `${what}: nonce ${nonce} of ${from} is taken by another transaction`,
    {
      metadata: { nonce, address },
      hint: 'remove the state file beside the network document and deploy anew, from an account that nothing else uses meanwhile',
    },
  );
}
