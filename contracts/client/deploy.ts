import {
  type Abi,
  type Address,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  isAddressEqual,
  zeroAddress,
} from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import {
  boundedAutonomyControllerAbi,
  boundedAutonomyControllerBytecode,
} from './generated/bounded-autonomy-controller.ts';
import { modelRegistryAbi, modelRegistryBytecode } from './generated/model-registry.ts';
import { nodeRegistryAbi, nodeRegistryBytecode } from './generated/node-registry.ts';
import { parameterRegistryAbi, parameterRegistryBytecode } from './generated/parameter-registry.ts';
import { transact } from './transact.ts';
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
};

const FOUND_POLL_MS = 100;
const DEFAULT_PATIENCE_MS = 60_000;

/**
 * Deploys the four contracts with the writer's account as governance, and names the controller to the parameter
 * registry. `initialiseModelRegistry` and `configureParameter` come next; then hand the ownership over.
 *
 * @throws BallastError `DEPLOYMENT_NONCE_USED` when the account sent something else with a nonce
 *   of the deployment, or `CHAIN_REQUEST_FAILED`; ContractRevertError.
 */
export async function deployContracts(
  reader: ChainReader,
  writer: ChainWriter,
  { minimumBond, unbondingDelaySeconds, firstNonce, ...wait }: DeployOptions,
): Promise<Deployment> {
  const owner = writer.account.address;
  let nonce = firstNonce ?? (await nextNonce(reader, owner));
  const create = (name: string, abi: Abi, bytecode: Hex, args: readonly unknown[]) =>
    deploy(reader, writer, { name, data: encodeDeployData({ abi, bytecode, args }), nonce: nonce++ }, wait);

  const nodes = await create('NodeRegistry', nodeRegistryAbi, nodeRegistryBytecode, [
    minimumBond,
    BigInt(unbondingDelaySeconds),
  ]);
  const models = await create('ModelRegistry', modelRegistryAbi, modelRegistryBytecode, [owner]);
  const parameters = await create('ParameterRegistry', parameterRegistryAbi, parameterRegistryBytecode, [
    owner,
  ]);
  const controller = await create(
    'BoundedAutonomyController',
    boundedAutonomyControllerAbi,
    boundedAutonomyControllerBytecode,
    [owner, models.address, parameters.address],
  );
  await nameController(reader, writer, parameters.address, controller.address, wait);
  return {
    nodeRegistry: nodes.address,
    modelRegistry: models.address,
    parameterRegistry: parameters.address,
    controller: controller.address,
    block: nodes.block,
  };
}

/** The nonce of the account's next transaction, counting those that wait for a block. */
export function nextNonce(reader: ChainReader, account: Address): Promise<number> {
  return chainRequest('read nonce', () =>
    reader.getTransactionCount({ address: account, blockTag: 'pending' }),
  );
}

async function nameController(
  reader: ChainReader,
  writer: ChainWriter,
  registry: Address,
  controller: Address,
  wait: WaitOptions,
): Promise<void> {
  const named = await chainRequest('read the controller', () =>
    reader.readContract({ abi: parameterRegistryAbi, address: registry, functionName: 'controller' }),
  );
  if (!isAddressEqual(named, zeroAddress) && isAddressEqual(named, controller)) return;
  const data = encodeFunctionData({
    abi: parameterRegistryAbi,
    functionName: 'fixController',
    args: [controller],
  });
  await transact(reader, writer, 'name the controller', { to: registry, data }, wait);
}

type Creation = { readonly name: string; readonly data: Hex; readonly nonce: number };

async function deploy(
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
