import { type Abi, type Address, encodeDeployData, encodeFunctionData, type Hex } from 'viem';
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
import { awaitReceipt, transact, type WaitOptions } from './transact.ts';
import { lowerCaseAddress } from './words.ts';

/** The addresses of a network document, in lower case. */
export type ContractAddresses = {
  readonly nodeRegistry: Address;
  readonly modelRegistry: Address;
  readonly parameterRegistry: Address;
  readonly controller: Address;
};

export type Deployment = ContractAddresses & {
  /** The block of the first deployment: where readers of events may begin. */
  readonly block: bigint;
};

export type DeployOptions = WaitOptions & {
  /** Wei. */
  readonly minimumBond: bigint;
  readonly unbondingDelaySeconds: number;
};

/**
 * Deploys the four contracts with the writer's account as governance, and names the controller to the parameter
 * registry. `initialiseModelRegistry` and `configureParameter` come next; then hand the ownership over.
 *
 * @throws BallastError `DEPLOYMENT_FAILED` or `CHAIN_REQUEST_FAILED`; ContractRevertError.
 */
export async function deployContracts(
  reader: ChainReader,
  writer: ChainWriter,
  { minimumBond, unbondingDelaySeconds, ...wait }: DeployOptions,
): Promise<Deployment> {
  const owner = writer.account.address;
  const create = (name: string, abi: Abi, bytecode: Hex, args: readonly unknown[]) =>
    deploy(reader, writer, name, encodeDeployData({ abi, bytecode, args }), wait);

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
  const data = encodeFunctionData({
    abi: parameterRegistryAbi,
    functionName: 'fixController',
    args: [controller.address],
  });
  await transact(reader, writer, 'name the controller', { to: parameters.address, data }, wait);
  return {
    nodeRegistry: nodes.address,
    modelRegistry: models.address,
    parameterRegistry: parameters.address,
    controller: controller.address,
    block: nodes.block,
  };
}

async function deploy(
  reader: ChainReader,
  writer: ChainWriter,
  name: string,
  data: Hex,
  wait: WaitOptions,
): Promise<{ address: Address; block: bigint }> {
  const what = `deploy ${name}`;
  const hash = await chainRequest(what, () => writer.sendTransaction({ data }));
  const receipt = await awaitReceipt(reader, what, hash, wait);
  if (receipt.status !== 'success' || !receipt.contractAddress) {
    throw new BallastError('DEPLOYMENT_FAILED', `${what}: transaction ${hash} failed in its block`, {
      metadata: { contract: name, transactionHash: hash },
    });
  }
  return { address: lowerCaseAddress(receipt.contractAddress), block: receipt.blockNumber };
}
