import { BallastError } from '../../../protocol/errors.ts';

/** Most collateral types and positions of one state. */
export const MOST_COLLATERALS = 1_000;
export const MOST_POSITIONS = 1_000_000;

export type Collateral = {
  /** Of any chain: it orders what is equal and is never a feature. */
  readonly id: string;
  /** Money that the deposited collateral is worth. */
  readonly value: number;
  /** Money drawn against it, and the most that may be. */
  readonly debt: number;
  readonly debtCeiling: number;
  /** 0 to 1; null where nobody scores it. */
  readonly riskScore: number | null;
  /** Standard deviation of its returns of a day; null where unknown. */
  readonly volatility: number | null;
};

export type Position = {
  /** Money. */
  readonly collateralValue: number;
  readonly debt: number;
  /** Collateral value over debt at which it is liquidated, such as 1.5. */
  readonly liquidationRatio: number;
};

/** A protocol as it was at `time` (milliseconds since the epoch). */
export type ProtocolState = {
  readonly time: number;
  /** Coins in circulation. */
  readonly supply: number;
  readonly collaterals: readonly Collateral[];
  /** Correlations of the collaterals' returns, in their order; null where unknown. */
  readonly correlation: readonly (readonly number[])[] | null;
  readonly positions: readonly Position[];
};

/** Sum of the collaterals' values. */
export function totalValue(state: ProtocolState): number {
  return state.collaterals.reduce((sum, { value }) => sum + value, 0);
}

/** Sum of the collaterals' debts. */
export function totalDebt(state: ProtocolState): number {
  return state.collaterals.reduce((sum, { debt }) => sum + debt, 0);
}

/** a / b, NaN where b is 0. */
export function share(a: number, b: number): number {
  return b === 0 ? Number.NaN : a / b;
}

/** Whether x is an amount: 0 or more and at most 10¹⁸, so that sums and squares stay finite. */
export function isAmount(x: number): boolean {
  return x >= 0 && x <= 1e18;
}

/** @throws BallastError `STATE_INVALID` for an amount that is none, a matrix of another size, or too many of a kind. */
export function requireState(state: ProtocolState, index: number): void {
  const refuse = (field: string, expected: string): never => {
    throw new BallastError('STATE_INVALID', `states[${index}].${field}: expected ${expected}`, {
      metadata: { index, field },
    });
  };
  const { collaterals, correlation, positions } = state;
  if (!isAmount(state.supply)) refuse('supply', 'an amount from 0 to 1e18');
  if (collaterals.length > MOST_COLLATERALS) refuse('collaterals', `at most ${MOST_COLLATERALS}`);
  if (positions.length > MOST_POSITIONS) refuse('positions', `at most ${MOST_POSITIONS}`);
  for (const [i, c] of collaterals.entries()) {
    if (![c.value, c.debt, c.debtCeiling].every(isAmount))
      refuse(`collaterals[${i}]`, 'amounts from 0 to 1e18');
    if (c.riskScore !== null && !(c.riskScore >= 0 && c.riskScore <= 1)) {
      refuse(`collaterals[${i}].riskScore`, 'null or 0 to 1');
    }
    if (c.volatility !== null && !(c.volatility >= 0 && c.volatility <= 100)) {
      refuse(`collaterals[${i}].volatility`, 'null or 0 to 100');
    }
  }
  const size = collaterals.length;
  if (correlation !== null) {
    const isSquare = correlation.length === size && correlation.every((row) => row.length === size);
    if (!isSquare) refuse('correlation', `null or ${size} rows of ${size}`);
    if (!correlation.every((row) => row.every((x) => x >= -1 && x <= 1))) refuse('correlation', '-1 to 1');
    if (!correlation.every((row, i) => row.every((x, j) => x === correlation[j]?.[i]))) {
      refuse('correlation', 'a symmetric matrix');
    }
  }
  for (const [i, p] of positions.entries()) {
    if (!(isAmount(p.collateralValue) && isAmount(p.debt)))
      refuse(`positions[${i}]`, 'amounts from 0 to 1e18');
    if (!(p.liquidationRatio >= 1 && p.liquidationRatio <= 100)) {
      refuse(`positions[${i}].liquidationRatio`, '1 to 100');
    }
  }
}
