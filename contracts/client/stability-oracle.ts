import { type Address, encodeFunctionData, type Hex, zeroAddress } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import { stabilityOracleAbi as abi } from './generated/stability-oracle.ts';
import { lowerCaseAddress, wordFromDigest } from './words.ts';

/** A Chainlink-style feed. */
export type PriceFeed = {
  readonly aggregator: string;
  /** Seconds; an answer a tenth older is stale. */
  readonly heartbeat: number;
  /** Of its answers, at most 18. */
  readonly decimals: number;
};

export type PriceFeedPair = {
  readonly primary: PriceFeed;
  /** Must agree within `maxDeviation` basis points of the lower price. */
  readonly secondary?: PriceFeed;
  readonly maxDeviation?: number;
};

/** How an oracle records, and its scales; its contract's `OracleSettings`. */
export type OracleSettings = {
  /** Least seconds between two records. */
  readonly interval: number;
  /** Seconds after a record for which volatility counts. */
  readonly maxAge: number;
  /** Basis points within which the coin neither rises nor falls. */
  readonly trendBand: number;
  /** What is full stress, basis points: deviation, the coin's daily volatility, the pool's. */
  readonly fullDeviation: number;
  readonly fullVolatility: number;
  readonly fullPoolVolatility: number;
};

/** A record every quarter of an hour: 24 of them are six hours. */
export const DEFAULT_ORACLE_SETTINGS: OracleSettings = {
  interval: 900,
  maxAge: 3600,
  trendBand: 10,
  fullDeviation: 200,
  fullVolatility: 300,
  fullPoolVolatility: 2000,
};

export type PegSource = {
  readonly coin: PriceFeedPair;
  /** Price of the target unit in the same money; 1.00 unless given. */
  readonly target?: PriceFeedPair;
  /** Uptime feed of a rollup's sequencer, and the seconds for which prices do not count after it came back. */
  readonly sequencer?: { readonly aggregator: string; readonly grace: number };
};

export type StabilityMetrics = {
  /** Price of the coin in the target unit, 18 decimals; 0 where it failed. */
  readonly pegPrice: bigint;
  /** Standard deviation over a day, 18 decimals. */
  readonly pegVolatility: bigint;
  /** -1 falling, 0 within the dead band, 1 rising. */
  readonly pegTrend: number;
  /** 0 to 100. */
  readonly marketStress: number;
  /** Unix seconds of the oldest ingredient. */
  readonly updatedAt: number;
  readonly isUsable: boolean;
};

export type CollateralMetrics = {
  readonly price: bigint;
  readonly volatility: bigint;
  /** 0 to 100. */
  readonly liquidity: number;
  /** -100 to 100, of its returns with the pool's. */
  readonly correlation: number;
  readonly updatedAt: number;
  readonly isUsable: boolean;
};

/** Calldata that sets up the proxy of an oracle, for the constructor of `ERC1967Proxy`. */
export function oracleInitialisation(peg: PegSource, settings = DEFAULT_ORACLE_SETTINGS): Hex {
  return encodeFunctionData({ abi, functionName: 'initialise', args: [settings, pegArguments(peg)] });
}

/** What a `FeedPriceSource` takes, and the oracle for its coin: price, target unit, sequencer. */
export function pegArguments({ coin, target, sequencer }: PegSource) {
  return {
    coin: pairArguments(coin),
    target: pairArguments(target),
    sequencer: {
      aggregator: lowerCaseAddress(sequencer?.aggregator ?? zeroAddress),
      grace: sequencer?.grace ?? 0,
    },
  } as const;
}

/** How the coin stands, as of a block; the latest unless given. */
export async function stabilityMetrics(
  reader: ChainReader,
  oracle: string,
  height?: number,
): Promise<StabilityMetrics> {
  const metrics = await chainRequest('read the stability metrics', () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(oracle),
      functionName: 'getStabilityMetrics',
      ...(height === undefined ? {} : { blockNumber: BigInt(height) }),
    }),
  );
  return { ...metrics, updatedAt: Number(metrics.updatedAt) };
}

/**
 * How a collateral stands, as of a block; the latest unless given.
 *
 * @throws ContractRevertError `COLLATERAL_UNKNOWN`.
 */
export async function collateralMetrics(
  reader: ChainReader,
  oracle: string,
  collateral: Digest,
  height?: number,
): Promise<CollateralMetrics> {
  const metrics = await chainRequest(`read the metrics of collateral ${collateral}`, () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(oracle),
      functionName: 'getCollateralMetrics',
      args: [wordFromDigest(collateral)],
      ...(height === undefined ? {} : { blockNumber: BigInt(height) }),
    }),
  );
  return { ...metrics, updatedAt: Number(metrics.updatedAt) };
}

type FeedArguments = { readonly aggregator: Address; readonly heartbeat: number; readonly decimals: number };
const NO_FEED: FeedArguments = { aggregator: zeroAddress, heartbeat: 0, decimals: 0 };

const feedArguments = (feed: PriceFeed | undefined): FeedArguments =>
  feed === undefined ? NO_FEED : { ...feed, aggregator: lowerCaseAddress(feed.aggregator) };

const pairArguments = (pair: PriceFeedPair | undefined) => ({
  primary: feedArguments(pair?.primary),
  secondary: feedArguments(pair?.secondary),
  maxDeviation: pair?.maxDeviation ?? 0,
});
