import { type Abi, type Address, encodeDeployData, getContractAddress, type Hex } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { moduleProxyAbi, moduleProxyBytecode } from './generated/module-proxy.ts';
import { transactionsOf } from './transactions.ts';
import type { WaitOptions } from './waiting.ts';
import { lowerCaseAddress } from './words.ts';

/** The address that a contract of a deployment has or will have, in lower case. */
export type AddressOf = (name: string) => Address;

/** One contract of a deployment. Its place in the list fixes its address. */
export type DeploymentStep = {
  /** Names it among the others, and in errors. */
  readonly name: string;
  readonly abi: Abi;
  readonly bytecode: Hex;
  /** What its constructor takes: the others' addresses, deployed or to come, and what the chain says of earlier ones. */
  readonly args: (addressOf: AddressOf) => readonly unknown[] | Promise<readonly unknown[]>;
};

export type DeployedSteps = {
  readonly addressOf: AddressOf;
  /** Block of the first deployment; 0 where it was found, not made. */
  readonly block: bigint;
};

const FOUND_POLL_MS = 100;
const DEFAULT_PATIENCE_MS = 60_000;

/** The steps of a module: its code, named with `Code` behind, and the proxy that is its address for ever. */
export function moduleSteps(
  { name, ...code }: DeploymentStep,
  initialisation: (addressOf: AddressOf) => Hex = () => '0x',
): readonly [DeploymentStep, DeploymentStep] {
  const codeName = `${name}Code`;
  return [
    { name: codeName, ...code },
    {
      name,
      abi: moduleProxyAbi,
      bytecode: moduleProxyBytecode,
      args: (addressOf) => [addressOf(codeName), initialisation(addressOf)],
    },
  ];
}

/**
 * Where each step's contract will lie: addresses follow from deployer and nonce alone.
 *
 * @returns throws BallastError `DEPLOYMENT_STEP_UNKNOWN` for a name that is not among the steps.
 */
function predictAddresses(deployer: string, firstNonce: number, steps: readonly DeploymentStep[]): AddressOf {
  const from = lowerCaseAddress(deployer);
  const addresses = new Map(
    steps.map(({ name }, place) => [
      name,
      lowerCaseAddress(getContractAddress({ from, nonce: BigInt(firstNonce + place) })),
    ]),
  );
  return (name) => {
    const address = addresses.get(name);
    if (address !== undefined) return address;
    const known = [...addresses.keys()].join(', ');
    throw new BallastError('DEPLOYMENT_STEP_UNKNOWN', `deployment: got ${name}, expected one of ${known}`);
  };
}

/**
 * Deploys the steps in their order, each with a nonce of its own. A deployment that is taken up again with the same
 * first nonce goes on where it ended, and never makes a contract twice.
 *
 * @throws BallastError `DEPLOYMENT_NONCE_USED` when the account sent something else with a nonce of the deployment, or
 *   `CHAIN_REQUEST_FAILED`; ContractRevertError.
 */
export async function deploySteps(
  reader: ChainReader,
  writer: ChainWriter,
  firstNonce: number,
  steps: readonly DeploymentStep[],
  wait: WaitOptions = {},
): Promise<DeployedSteps> {
  const addressOf = predictAddresses(writer.account.address, firstNonce, steps);
  let block = 0n;
  for (const [place, step] of steps.entries()) {
    const at = await deploy(reader, writer, step, firstNonce + place, addressOf, wait);
    if (place === 0) block = at;
  }
  return { addressOf, block };
}

/** The nonce of the account's next transaction, counting those that wait for a block. */
export function nextNonce(reader: ChainReader, account: Address): Promise<number> {
  return chainRequest('read nonce', () =>
    reader.getTransactionCount({ address: account, blockTag: 'pending' }),
  );
}

/** @returns its block; 0 where it is there already. */
async function deploy(
  reader: ChainReader,
  writer: ChainWriter,
  { name, abi, bytecode, args }: DeploymentStep,
  nonce: number,
  addressOf: AddressOf,
  wait: WaitOptions,
): Promise<bigint> {
  const what = `deploy ${name}`;
  const from = writer.account.address;
  const address = addressOf(name);
  if (await isDeployed(reader, what, address)) return 0n;
  if ((await nextNonce(reader, from)) > nonce) {
    await awaitDeployed(reader, what, address, nonce, from, wait);
    return 0n;
  }
  const data = encodeDeployData({ abi, bytecode, args: [...(await args(addressOf))] });
  const intent = { what, call: { data }, nonce, id: `deploy/${address}` };
  const { blockNumber } = await transactionsOf(reader, writer).send(intent, wait);
  return blockNumber;
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
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const mined = await chainRequest(what, () => reader.getTransactionCount({ address: from }));
    if (await isDeployed(reader, what, address)) return;
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
