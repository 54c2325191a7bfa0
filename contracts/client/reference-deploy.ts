import {
  type Abi,
  type Address,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
} from 'viem';
import type { ChainReader, ChainWriter } from './clients.ts';
import { deploy, nextNonce } from './deploy.ts';
import { coinAbi, coinBytecode } from './generated/coin.ts';
import { devnetFeedAbi, devnetFeedBytecode } from './generated/devnet-feed.ts';
import { devnetTokenAbi, devnetTokenBytecode } from './generated/devnet-token.ts';
import { feedPriceSourceAbi, feedPriceSourceBytecode } from './generated/feed-price-source.ts';
import { referenceCoreAbi, referenceCoreBytecode } from './generated/reference-core.ts';
import { pegArguments } from './stability-oracle.ts';
import { transact } from './transact.ts';
import type { WaitOptions } from './waiting.ts';
import { lowerCaseAddress } from './words.ts';

/** A worthless collateral with a price that the writer sets. */
export type DevnetCollateral = {
  /** Its name, such as `ETH`: what its parameters are called after. */
  readonly name: string;
  /** At most 18. */
  readonly decimals: number;
  /** Price of one token, 8 decimals. */
  readonly price: bigint;
};

export type ReferenceOptions = WaitOptions & {
  readonly parameterRegistry: string;
  readonly circuitBreaker: string;
  /** Who adds collaterals; the writer unless given. */
  readonly governance?: string;
  /** Who receives the surplus above the buffer; the writer unless given. */
  readonly treasury?: string;
  readonly collaterals: readonly DevnetCollateral[];
  /** Wad; 100 coins unless given. */
  readonly debtFloor?: bigint;
  /** Seconds over which a raised liquidation ratio reaches existing vaults; 14 days unless given, 7 at least. */
  readonly rampSeconds?: number;
  /** Whether rates are pulled at every accrual, for parameters that are not wired; not unless given. */
  readonly pulls?: boolean;
  /** The writer's nonce of the first contract, as for `deployContracts`; its next one unless given. */
  readonly firstNonce?: number;
};

/** Addresses in lower case. */
export type ReferenceDeployment = {
  readonly core: Address;
  readonly coin: Address;
  readonly collaterals: readonly DeployedCollateral[];
};

export type DeployedCollateral = {
  readonly name: string;
  readonly token: Address;
  /** The feed that {@link writePrice} writes. */
  readonly feed: Address;
  readonly priceSource: Address;
};

/** Transactions of {@link deployReferenceCore} for so many collaterals, each with a nonce of its own. */
export const referenceDeployments = (collaterals: number): number => 2 + 3 * collaterals;

const FEED_DECIMALS = 8;
/** A local chain's feed is written when someone does: its price counts for as long as feeds may promise. */
const FEED_HEARTBEAT = 7 * 86_400;

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
  const {
    parameterRegistry,
    circuitBreaker,
    collaterals,
    debtFloor,
    rampSeconds,
    pulls,
    firstNonce,
    ...rest
  } = options;
  const { governance, treasury, ...wait } = rest;
  const from = writer.account.address;
  let nonce = firstNonce ?? (await nextNonce(reader, from));
  const predicted = getContractAddress({ from, nonce: BigInt(nonce + 1) });
  const create = async (name: string, abi: Abi, bytecode: Hex, args: readonly unknown[]) => {
    const data = encodeDeployData({ abi, bytecode, args });
    const { address } = await deploy(reader, writer, { name, data, nonce: nonce++ }, wait);
    return address;
  };
  const coin = await create('Coin', coinAbi, coinBytecode, ['Reference coin', 'RFC', predicted]);
  const core = await create('ReferenceCore', referenceCoreAbi, referenceCoreBytecode, [
    {
      registry: lowerCaseAddress(parameterRegistry),
      breaker: lowerCaseAddress(circuitBreaker),
      coin,
      governance: lowerCaseAddress(governance ?? from),
      treasury: lowerCaseAddress(treasury ?? from),
      debtFloor: debtFloor ?? 100n * 10n ** 18n,
      ramp: BigInt(rampSeconds ?? 14 * 86_400),
      pulls: pulls ?? false,
    },
  ]);
  const deployed: DeployedCollateral[] = [];
  for (const { name, decimals, price } of collaterals) {
    const token = await create(`token ${name}`, devnetTokenAbi, devnetTokenBytecode, [name, name, decimals]);
    const feed = await create(`feed ${name}`, devnetFeedAbi, devnetFeedBytecode, [
      from,
      FEED_DECIMALS,
      price,
    ]);
    const primary = { aggregator: feed, heartbeat: FEED_HEARTBEAT, decimals: FEED_DECIMALS };
    const { coin: pair, target, sequencer } = pegArguments({ coin: { primary } });
    const sourceArguments = [pair, target, sequencer];
    const priceSource = await create(
      `price of ${name}`,
      feedPriceSourceAbi,
      feedPriceSourceBytecode,
      sourceArguments,
    );
    deployed.push({ name, token, feed, priceSource });
  }
  return { core, coin, collaterals: deployed };
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
