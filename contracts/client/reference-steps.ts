import type { Address } from 'viem';
import type { AddressOf, DeploymentStep } from './deployment-steps.ts';
import { coinAbi, coinBytecode } from './generated/coin.ts';
import { devnetTokenAbi, devnetTokenBytecode } from './generated/devnet-token.ts';
import { feedPriceSourceAbi, feedPriceSourceBytecode } from './generated/feed-price-source.ts';
import { referenceCoreAbi, referenceCoreBytecode } from './generated/reference-core.ts';
import { handFeedPair, handFeedStep } from './hand-feed.ts';
import { pegArguments } from './stability-oracle.ts';
import { lowerCaseAddress } from './words.ts';

/** A worthless collateral with a price that an account sets. */
export type DevnetCollateral = {
  /** Its name, such as `ETH`: what its parameters are called after. */
  readonly name: string;
  /** At most 18. */
  readonly decimals: number;
  /** Price of one token, 8 decimals. */
  readonly price: bigint;
};

export type CoreOptions = {
  /** The suite's own where left out. */
  readonly parameterRegistry?: string;
  readonly circuitBreaker?: string;
  /** Who adds collaterals, and can do nothing else. */
  readonly governance: string;
  /** Who receives the surplus above the buffer; the suite's timelock where left out. */
  readonly treasury?: string;
  /** Who writes the prices of the collaterals. */
  readonly feedOwner: string;
  readonly collaterals: readonly DevnetCollateral[];
  /** Wad; 100 coins unless given. */
  readonly debtFloor?: bigint;
  /** Seconds over which a raised liquidation ratio reaches existing vaults; 14 days unless given, 7 at least. */
  readonly rampSeconds?: number;
  /** Whether rates are pulled at every accrual, for parameters that are not wired; not unless given. */
  readonly pulls?: boolean;
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
  /** The feed that `writePrice` writes. */
  readonly feed: Address;
  readonly priceSource: Address;
};

/** The reference core's contracts, alone or after those of a suite. */
export function referenceSteps(options: CoreOptions): readonly DeploymentStep[] {
  return [
    {
      name: 'coin',
      abi: coinAbi,
      bytecode: coinBytecode,
      args: (addressOf) => ['Reference coin', 'RFC', addressOf('referenceCore')],
    },
    {
      name: 'referenceCore',
      abi: referenceCoreAbi,
      bytecode: referenceCoreBytecode,
      args: (addressOf) => {
        const { debtFloor = 100n * 10n ** 18n, rampSeconds = 14 * 86_400, pulls = false } = options;
        return [
          {
            registry: lowerCaseAddress(options.parameterRegistry ?? addressOf('parameterRegistry')),
            breaker: lowerCaseAddress(options.circuitBreaker ?? addressOf('circuitBreaker')),
            coin: addressOf('coin'),
            governance: lowerCaseAddress(options.governance),
            treasury: lowerCaseAddress(options.treasury ?? addressOf('timelock')),
            debtFloor,
            ramp: BigInt(rampSeconds),
            pulls,
          },
        ];
      },
    },
    ...options.collaterals.flatMap((collateral) => collateralSteps(collateral, options.feedOwner)),
  ];
}

function collateralSteps(
  { name, decimals, price }: DevnetCollateral,
  owner: string,
): readonly DeploymentStep[] {
  return [
    {
      name: `token/${name}`,
      abi: devnetTokenAbi,
      bytecode: devnetTokenBytecode,
      args: () => [name, name, decimals],
    },
    handFeedStep(`feed/${name}`, { owner, answer: price }),
    {
      name: `price/${name}`,
      abi: feedPriceSourceAbi,
      bytecode: feedPriceSourceBytecode,
      args: (addressOf) => {
        const { coin, target, sequencer } = pegArguments({ coin: handFeedPair(addressOf(`feed/${name}`)) });
        return [coin, target, sequencer];
      },
    },
  ];
}

/** Where the core and its collaterals lie, by the names of {@link referenceSteps}. */
export function referenceDeployment(
  addressOf: AddressOf,
  collaterals: readonly string[],
): ReferenceDeployment {
  return {
    core: addressOf('referenceCore'),
    coin: addressOf('coin'),
    collaterals: collaterals.map((name) => ({
      name,
      token: addressOf(`token/${name}`),
      feed: addressOf(`feed/${name}`),
      priceSource: addressOf(`price/${name}`),
    })),
  };
}
