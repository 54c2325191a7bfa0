import type { Digest } from '../../protocol/digest.ts';
import { ContractRevertError } from './errors.ts';
import type { ParameterLimits } from './parameter-limits.ts';

/** What moves with a parameter's writes; times are Unix seconds. */
export type ParameterMotion = {
  readonly value: bigint;
  /** Of the last change that raised risk, the last write by governance or the last configuration. */
  readonly raisedAt: bigint;
  /** When the budget for rises will be whole again. */
  readonly upDrainedAt: bigint;
  readonly downDrainedAt: bigint;
};

/** A range of values, both ends in it. */
export type Band = { readonly lowest: bigint; readonly highest: bigint };

/** Severity at which models may not raise risk at all. */
const CRITICAL = 4n;

/*
 * The rules of contracts/src/ParameterRules.sol, bit for bit: contracts/test/vectors/rules.json is made here and read by
 * Solidity's tests.
 */

/** Whether a change in this direction raises risk. */
export const raisesRisk = ({ risk }: ParameterLimits, rises: boolean): boolean =>
  risk === 'both' || (risk === 'up') === rises;

/**
 * The range for changes that raise risk: it shrinks toward the value that governance set last, by a quarter of its width
 * for every step of severity.
 *
 * @param severity 0 to 4, the circuit breaker's.
 */
export function bandOf({ min, max, risk }: ParameterLimits, anchor: bigint, severity: number): Band {
  if (severity === 0) return { lowest: min, highest: max };
  const share = severity >= Number(CRITICAL) ? 0n : CRITICAL - BigInt(severity);
  const centre = anchor < min ? min : anchor > max ? max : anchor;
  return {
    lowest: risk === 'up' ? min : centre - ((centre - min) * share) / CRITICAL,
    highest: risk === 'down' ? max : centre + ((max - centre) * share) / CRITICAL,
  };
}

/** Seconds that a change by `size` adds to its direction's level, rounded up. */
export const budgetCost = (size: bigint, budget: bigint, window: bigint): bigint =>
  (size * window + budget - 1n) / budget;

/** The largest change that a direction's budget admits at `now`. */
export function budgetLeft(drainedAt: bigint, budget: bigint, window: bigint, now: bigint): bigint {
  const level = drainedAt > now ? drainedAt - now : 0n;
  return level >= window ? 0n : ((window - level) * budget) / window;
}

/**
 * The parameter after a change, as the registry makes it: no change, bounds, step, cooldown, budget, in this order.
 *
 * @param parameter names it in what is refused.
 * @throws ContractRevertError `NO_CHANGE`, `VALUE_ABOVE_MAXIMUM`, `VALUE_BELOW_MINIMUM`, `STEP_EXCEEDED`,
 *   `COOLDOWN_ACTIVE`, `BUDGET_EXCEEDED`, with the arguments of the contract's error.
 */
export function changeParameter(
  parameter: Digest,
  motion: ParameterMotion,
  limits: ParameterLimits,
  { lowest, highest }: Band,
  { value, now }: { readonly value: bigint; readonly now: bigint },
): ParameterMotion {
  const refuse = (name: string, args: Readonly<Record<string, bigint>>): never => {
    throw new ContractRevertError(name, { id: parameter, ...args });
  };
  const current = motion.value;
  if (value === current) refuse('NoChange', { value });
  if (value > highest && value > current) refuse('ValueAboveMaximum', { value, max: highest });
  if (value < lowest && value < current) refuse('ValueBelowMinimum', { value, min: lowest });
  const rises = value > current;
  const size = rises ? value - current : current - value;
  const step = rises ? limits.stepUp : limits.stepDown;
  if (size > step) refuse('StepExceeded', { current, value, step });
  const raises = raisesRisk(limits, rises);
  const readyAt = motion.raisedAt + BigInt(limits.cooldownSeconds);
  if (raises && now < readyAt) refuse('CooldownActive', { readyAt });
  const budget = rises ? limits.budgetUp : limits.budgetDown;
  const window = BigInt(limits.windowSeconds);
  const drainedAt = rises ? motion.upDrainedAt : motion.downDrainedAt;
  const available = budgetLeft(drainedAt, budget, window, now);
  if (size > available) refuse('BudgetExceeded', { current, value, available });
  const level = (drainedAt > now ? drainedAt : now) + budgetCost(size, budget, window);
  return {
    value,
    raisedAt: raises ? now : motion.raisedAt,
    upDrainedAt: rises ? level : motion.upDrainedAt,
    downDrainedAt: rises ? motion.downDrainedAt : level,
  };
}
