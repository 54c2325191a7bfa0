import { BallastError } from '../../../protocol/errors.ts';
import { giniOf } from '../../features/protocol/gini.ts';

/** What is usual of a quantity, from public data: its mean and its standard deviation, above zero. */
type Usual = { readonly mean: number; readonly deviation: number };

/** Published numbers of the market's risk: what is usual of each term, and what a deviation of it counts. */
export type MarketRiskNumbers = {
  readonly usual: Readonly<Record<'volatility' | 'correlation' | 'sentiment' | 'volumeChange', Usual>>;
  /** Volatility, correlation and volume changes raise risk (0 and above), sentiment lowers it (0 and below). */
  readonly weight: Readonly<Record<'volatility' | 'correlation' | 'sentiment' | 'volumeChange', number>>;
};

type MarketState = {
  /** Of the price, in any unit of time that the numbers share. */
  readonly volatility: number;
  /** Mean correlation with other assets, −1 to 1. */
  readonly correlation: number;
  /** Above zero is good. */
  readonly sentiment: number;
  /** Relative change of the volume; its size alone counts. */
  readonly volumeChange: number;
};

/**
 * Risk of the market, 0 to 1: the weighted sum of what stands out from the usual, in standard deviations.
 *
 * @throws BallastError `RISK_NUMBERS` for a weight of the wrong sign or a deviation that is not above zero.
 */
export function marketRisk(state: MarketState, { usual, weight }: MarketRiskNumbers): number {
  const terms = ['volatility', 'correlation', 'sentiment', 'volumeChange'] as const;
  let sum = 0;
  for (const term of terms) {
    const sign = term === 'sentiment' ? -1 : 1;
    requireNumbers(weight[term] * sign >= 0, `${term}: got weight ${weight[term]}`);
    requireNumbers(usual[term].deviation > 0, `${term}: got deviation ${usual[term].deviation}`);
    const value = term === 'volumeChange' ? Math.abs(state[term]) : state[term];
    sum += (weight[term] * (value - usual[term].mean)) / usual[term].deviation;
  }
  return clamp(sum);
}

export type CollateralState = {
  /** Value of all collateral over all debt. */
  readonly ratio: number;
  readonly targetRatio: number;
  /** Of the collateral's price, and the volatility that counts as full risk, in the same unit. */
  readonly volatility: number;
  readonly fullVolatility: number;
  /** Value of each collateral. */
  readonly values: readonly number[];
  /** Debt of each vault, and how far its ratio lies above the one at which it is liquidated, relative: 0.1 is 10 %. */
  readonly vaults: readonly { readonly debt: number; readonly distance: number }[];
};

/** Shares of one: of the shortfall, the volatility, the concentration and the nearness to liquidation. */
type CollateralWeights = Readonly<Record<'shortfall' | 'volatility' | 'concentration' | 'proximity', number>>;

/** How far above its liquidation a vault counts half. */
const HALF_DISTANCE = 0.1;

/**
 * Risk of the collateral, 0 to 1. A surplus of collateral takes nothing off the other terms; concentration is
 * HHI = Σ share²; nearness is the mean of 1 / (1 + distance / 10 %) over the debt.
 *
 * @throws BallastError `RISK_NUMBERS` for weights that are no shares of one.
 */
export function collateralRisk(state: CollateralState, weights: CollateralWeights): number {
  requireShares(Object.values(weights));
  const value = sumOf(state.values);
  const debt = sumOf(state.vaults.map((vault) => vault.debt));
  const proximity = state.vaults.map(
    (vault) => (vault.debt / debt) * (1 / (1 + Math.max(0, vault.distance) / HALF_DISTANCE)),
  );
  const terms = {
    shortfall: clamp(1 - state.ratio / state.targetRatio),
    volatility: clamp(state.volatility / state.fullVolatility),
    concentration: value > 0 ? sumOf(state.values.map((each) => (each / value) ** 2)) : 1,
    proximity: debt > 0 ? sumOf(proximity) : 0,
  };
  return clamp(
    weights.shortfall * terms.shortfall +
      weights.volatility * terms.volatility +
      weights.concentration * terms.concentration +
      weights.proximity * terms.proximity,
  );
}

/**
 * Risk of liquidity, 0 to 1: what selling 5 % of the collateral would move the price, of what counts as full risk.
 *
 * @param impact share of the price. @param fullImpact above zero, likewise.
 */
export const liquidityRisk = (impact: number, fullImpact: number): number => clamp(impact / fullImpact);

/** Risk of governance, 0 to 1: the mean of the voting powers' Gini coefficient and of pending changes over what is much. */
export const governanceRisk = (powers: readonly number[], pending: number, manyPending: number): number =>
  clamp((clamp(powers.length === 0 ? 1 : giniOf(powers)) + clamp(pending / manyPending)) / 2);

/**
 * Risk of the oracle, 0 to 1: the mean of the feeds' spread over what counts as full risk, and of the newest answer's age
 * over the heartbeat's slack. Without a feed it is 1.
 */
export function oracleRisk(
  prices: readonly number[],
  fullSpread: number,
  ageSeconds: number,
  longestAgeSeconds: number,
): number {
  if (prices.length === 0) return 1;
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  return clamp((clamp((high - low) / low / fullSpread) + clamp(ageSeconds / longestAgeSeconds)) / 2);
}

/** What is no number is full risk: an unknown never makes a coin look safer. */
export const clamp = (value: number): number => (Number.isNaN(value) ? 1 : Math.min(1, Math.max(0, value)));

/** @throws BallastError `RISK_NUMBERS`. */
export function requireShares(weights: readonly number[]): void {
  const sum = sumOf(weights);
  requireNumbers(
    weights.every((weight) => weight >= 0) && Math.abs(sum - 1) <= 1e-9,
    `got weights ${weights.join(', ')}, sum ${sum}`,
  );
}

function requireNumbers(holds: boolean, got: string): void {
  if (holds) return;
  throw new BallastError(
    'RISK_NUMBERS',
    `risk: ${got}, expected shares of one, of the sign that their terms have`,
    {
      metadata: { got },
    },
  );
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
