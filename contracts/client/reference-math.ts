import { BallastError } from '../../protocol/errors.ts';

/** 18 decimals. */
export const WAD = 10n ** 18n;
/** 27 decimals. */
export const RAY = 10n ** 27n;
/** Seconds of a year, as yearly rates count them. */
export const YEAR = 31_536_000n;
/** What a collateral's fee modifier is stored with, wad a year, so that it has no sign. */
export const MODIFIER_OFFSET = WAD / 2n;

/*
 * The arithmetic of contracts/src/reference, bit for bit: contracts/test/vectors/reference.json is made here and read
 * by Solidity's tests.
 */

/** A quotient of numbers that are not negative, rounded up. */
export const ceilDiv = (a: bigint, b: bigint): bigint => (a === 0n ? 0n : (a - 1n) / b + 1n);

/** Factor by which a debt grows in a second at a nominal yearly rate (wad), rounded up; ray. */
export const perSecondUp = (yearly: bigint): bigint => RAY + ceilDiv(yearly * (RAY / WAD), YEAR);

/** Factor by which savings grow in a second at a nominal yearly rate (wad), rounded down; ray. */
export const perSecondDown = (yearly: bigint): bigint => RAY + (yearly * (RAY / WAD)) / YEAR;

/**
 * base^n in ray by squaring, every product rounded up.
 *
 * @throws BallastError `RATE_OVERFLOW` when a factor leaves 128 bits.
 */
export const powUp = (base: bigint, n: bigint): bigint => pow(base, n, RAY - 1n);

/** As {@link powUp}, every product rounded down. */
export const powDown = (base: bigint, n: bigint): bigint => pow(base, n, 0n);

function pow(base: bigint, n: bigint, add: bigint): bigint {
  let x = within128(base);
  let z = RAY;
  for (let rest = n; ; ) {
    if (rest % 2n === 1n) z = within128((z * x + add) / RAY);
    rest /= 2n;
    if (rest === 0n) return z;
    x = within128((x * x + add) / RAY);
  }
}

function within128(value: bigint): bigint {
  if (value >> 128n === 0n) return value;
  throw new BallastError('RATE_OVERFLOW', `rate: got ${value}, expected less than 2^128`, {
    metadata: { value: value.toString() },
  });
}

/**
 * A debt index after `seconds` at a collateral's fee; rounded up, ray.
 *
 * @param fee base fee, wad a year.
 * @param storedModifier the collateral's modifier plus {@link MODIFIER_OFFSET}.
 * @throws BallastError `RATE_OVERFLOW`.
 */
export function grownIndex(index: bigint, fee: bigint, storedModifier: bigint, seconds: bigint): bigint {
  const factor = powUp(perSecondUp(fee + storedModifier - MODIFIER_OFFSET), seconds);
  return within128(ceilDiv(index * factor, RAY));
}

/** Coins that repay a normalised debt at an index; rounded up, wad. */
export const debtAt = (normalized: bigint, index: bigint): bigint => ceilDiv(normalized * index, RAY);

/** Normalised debt of coins that are minted at an index; rounded up, wad. */
export const normalizedOf = (coins: bigint, index: bigint): bigint => ceilDiv(coins * RAY, index);

/**
 * What a savings share is worth after `seconds`; rounded down, and never more than the surplus pays for; ray.
 *
 * @param shares all shares, wad.
 * @param surplus in coins with 45 decimals; at or below zero there is no interest.
 * @throws BallastError `RATE_OVERFLOW`.
 */
export function grownSavings(
  index: bigint,
  rate: bigint,
  seconds: bigint,
  shares: bigint,
  surplus: bigint,
): bigint {
  if (rate === 0n || shares === 0n || surplus <= 0n) return index;
  const growth = (index * powDown(perSecondDown(rate), seconds)) / RAY - index;
  const affordable = surplus / shares;
  return within128(index + (growth < affordable ? growth : affordable));
}

/** How a collateral's liquidation ratio moves: from a value, toward a target, in a line over a number of seconds. */
export type Ramp = {
  readonly from: bigint;
  readonly target: bigint;
  readonly start: bigint;
  readonly length: bigint;
};

/** The liquidation ratio at a time (Unix seconds): it falls at once and rises in a line, rounded up; wad. */
export function liquidationRatioAt({ from, target, start, length }: Ramp, time: bigint): bigint {
  const elapsed = time - start;
  if (from >= target || elapsed >= length) return target;
  return from + ceilDiv((target - from) * elapsed, length);
}

/** What a liquidator clears, pays and gets, and what nobody pays; wad. */
export type Sale = {
  readonly cleared: bigint;
  readonly paid: bigint;
  readonly seized: bigint;
  readonly lost: bigint;
};

/** An unsafe vault; all wad. */
export type UnsafeVault = {
  /** Its collateral, 18 decimals whatever the token has. */
  readonly amount: bigint;
  readonly debt: bigint;
  readonly price: bigint;
  readonly penalty: bigint;
  /** Decimals of the token: what is seized is a whole number of its units. */
  readonly decimals: number;
};

/**
 * What clearing `cleared` of an unsafe vault's debt takes and gives. The debt is sold at its value with the penalty,
 * half of which the liquidator keeps; a vault that is worth less is sold whole, at the same discount on its value.
 *
 * @throws BallastError `WHOLE_VAULT_ONLY` for a part of a vault that is worth less than its debt with the penalty.
 */
export function liquidationSale(vault: UnsafeVault, cleared: bigint): Sale {
  const { amount, debt, price, penalty, decimals } = vault;
  const unit = 10n ** BigInt(18 - decimals);
  const grossed = WAD + penalty;
  if (amount * price >= debt * grossed) {
    const paid = cleared + ceilDiv(cleared * penalty, 2n * WAD);
    const seized = (cleared * grossed) / price;
    return { cleared, paid, seized: seized - (seized % unit), lost: 0n };
  }
  if (cleared < debt) {
    throw new BallastError('WHOLE_VAULT_ONLY', `debt to clear: got ${cleared}, expected all of ${debt}`, {
      metadata: { cleared: cleared.toString(), debt: debt.toString() },
      hint: 'the vault is worth less than its debt with the penalty: clear it whole',
    });
  }
  const value = ceilDiv(amount * price, WAD);
  const paid = ceilDiv(value * (WAD + ceilDiv(penalty, 2n)), grossed);
  return { cleared: debt, paid, seized: amount, lost: paid < debt ? debt - paid : 0n };
}
