import { encodeFunctionData, type Hex } from 'viem';
import type { ChainReader, ChainWriter } from './clients.ts';
import { deploySteps, nextNonce } from './deployment-steps.ts';
import { devnetFeedAbi } from './generated/devnet-feed.ts';
import { devnetTokenAbi } from './generated/devnet-token.ts';
import { referenceCoreAbi } from './generated/reference-core.ts';
import {
  type CoreOptions,
  type DeployedCollateral,
  type ReferenceDeployment,
  referenceDeployment,
  referenceSteps,
} from './reference-steps.ts';
import { transact } from './transact.ts';
import type { WaitOptions } from './waiting.ts';
import { lowerCaseAddress } from './words.ts';

export type ReferenceOptions = WaitOptions &
  Omit<CoreOptions, 'governance' | 'treasury' | 'feedOwner' | 'parameterRegistry' | 'circuitBreaker'> & {
    readonly parameterRegistry: string;
    readonly circuitBreaker: string;
    /** Who adds collaterals; the writer unless given. */
    readonly governance?: string;
    /** Who receives the surplus above the buffer; the writer unless given. */
    readonly treasury?: string;
    /** The writer's nonce of the first contract, as for `deployContracts`; its next one unless given. */
    readonly firstNonce?: number;
  };

/**
 * Deploys the reference core with a token, a feed and a price source for each collateral. Then the bridge configures
 * `referenceParameters`, the core takes them (`coreActions(…).sync(GLOBAL_PARAMETERS)`), and its governance adds each
 * collateral ({@link addCollateral}).
 *
 * @throws BallastError `DEPLOYMENT_NONCE_USED`, `CHAIN_REQUEST_FAILED`; ContractRevertError.
 */
export async function deployReferenceCore(
  reader: ChainReader,
  writer: ChainWriter,
  options: ReferenceOptions,
): Promise<ReferenceDeployment> {
  const { firstNonce, timeoutMs, signal, ...rest } = options;
  const from = writer.account.address;
  const wait = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  };
  const steps = referenceSteps({ governance: from, treasury: from, feedOwner: from, ...rest });
  const first = firstNonce ?? (await nextNonce(reader, from));
  const { addressOf } = await deploySteps(reader, writer, first, steps, wait);
  return referenceDeployment(
    addressOf,
    options.collaterals.map(({ name }) => name),
  );
}

/** Calldata by which the core's governance adds a collateral whose parameters are configured. */
export function addCollateralData({ name, token, priceSource }: DeployedCollateral): Hex {
  return encodeFunctionData({
    abi: referenceCoreAbi,
    functionName: 'addCollateral',
    args: [name, token, priceSource],
  });
}

/**
 * Adds a collateral, as the core's governance.
 *
 * @throws ContractRevertError `NOT_GOVERNANCE`, `PARAMETER_UNKNOWN`, `COLLATERAL_KNOWN`, `LIQUIDATION_RATIO_TOO_LOW` …
 */
export async function addCollateral(
  reader: ChainReader,
  writer: ChainWriter,
  core: string,
  collateral: DeployedCollateral,
  wait: WaitOptions = {},
): Promise<void> {
  const call = { to: lowerCaseAddress(core), data: addCollateralData(collateral) };
  await transact(reader, writer, `add collateral ${collateral.name}`, call, wait);
}

/**
 * Writes the price that a devnet's feed answers from now on, as its owner.
 *
 * @param price 8 decimals.
 */
export async function writePrice(
  reader: ChainReader,
  writer: ChainWriter,
  feed: string,
  price: bigint,
  wait: WaitOptions = {},
): Promise<void> {
  const data = encodeFunctionData({ abi: devnetFeedAbi, functionName: 'write', args: [price] });
  await transact(reader, writer, 'write a price', { to: lowerCaseAddress(feed), data }, wait);
}

/** Makes tokens of a devnet's collateral for an account; amount in the token's own units. */
export async function mintDevnetToken(
  reader: ChainReader,
  writer: ChainWriter,
  token: string,
  account: string,
  amount: bigint,
  wait: WaitOptions = {},
): Promise<void> {
  const args = [lowerCaseAddress(account), amount] as const;
  const data = encodeFunctionData({ abi: devnetTokenAbi, functionName: 'mint', args });
  await transact(reader, writer, 'make tokens', { to: lowerCaseAddress(token), data }, wait);
}
