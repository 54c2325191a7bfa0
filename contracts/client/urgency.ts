import { BallastError } from '../../protocol/errors.ts';
import { URGENCIES, type Urgency } from './parameter-proposals.ts';

/** A level from 0 (nothing) to 3 (critical). */
export type UrgencyLevel = 0 | 1 | 2 | 3;

/** What speaks for haste. */
export type UrgencySigns = {
  /** How much the parameter itself matters. */
  readonly base: UrgencyLevel;
  readonly market: UrgencyLevel;
  /** How far the wish lies from the value. */
  readonly change: UrgencyLevel;
  readonly peg: UrgencyLevel;
};

/** Weights of the signs, non-negative integers, not all zero. */
export type UrgencyWeights = { readonly [key in keyof UrgencySigns]: number };

const SIGNS = ['base', 'market', 'change', 'peg'] as const;
const EVEN: UrgencyWeights = { base: 1, market: 1, change: 1, peg: 1 };
const MAX_WEIGHT = 1_000_000;
/** Above these percentages of stress the market's level is 1, 2, 3. */
const STRESS = [40, 60, 80] as const;

/**
 * How urgent a wish is: the weighted mean of its signs, and never less than what market or peg say by themselves. A mean
 * alone hides an emergency: with even weights 5 of 256 combinations were critical. Halves are rounded up, in integers, so
 * that every implementation says the same.
 *
 * @throws BallastError `URGENCY_WEIGHTS`.
 */
export function urgencyOf(signs: UrgencySigns, weights: UrgencyWeights = EVEN): Urgency {
  const total = SIGNS.reduce((sum, sign) => sum + weights[sign], 0);
  const isValid = SIGNS.every(
    (sign) => Number.isSafeInteger(weights[sign]) && weights[sign] >= 0 && weights[sign] <= MAX_WEIGHT,
  );
  if (!isValid || total === 0) {
    throw new BallastError(
      'URGENCY_WEIGHTS',
      `weights: got ${JSON.stringify(weights)}, expected integers of 0 to ${MAX_WEIGHT}, not all 0`,
    );
  }
  const sum = SIGNS.reduce((partial, sign) => partial + signs[sign] * weights[sign], 0);
  const mean = Math.floor((2 * sum + total) / (2 * total));
  return URGENCIES[Math.max(mean, signs.market, signs.peg)] ?? 'critical';
}

/**
 * The market's level at a stress of 0 to 100, as the stability oracle has it.
 *
 * @param stress percent.
 */
export function marketLevel(stress: number): UrgencyLevel {
  return STRESS.filter((bound) => stress > bound).length as UrgencyLevel;
}
