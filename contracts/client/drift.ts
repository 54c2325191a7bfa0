import { bandOf, budgetLeft, changeParameter, type ParameterMotion, raisesRisk } from './parameter-rules.ts';
import type { ParameterSetting } from './parameter-settings.ts';

const DAY = 86_400n;

/** The spans that drifts are told for, in days. */
export const DRIFT_DAYS = [1, 7, 30] as const;

/**
 * How far a captured quorum moves a parameter that always pushes one way, as far as it is let at each moment, under an
 * unalarmed circuit breaker. It begins with whole budgets and no cooldown, the best moment there is.
 *
 * @param bounded false takes the bounds away: what step, cooldown and budget alone admit.
 * @returns in the parameter's unit, not negative.
 */
export function worstDrift(
  { initial, limits }: ParameterSetting,
  rises: boolean,
  days: number,
  bounded: boolean,
): bigint {
  const reach = 2n ** 63n;
  const free = bounded ? limits : { ...limits, min: 0n, max: 2n * reach };
  const start = bounded ? initial : reach;
  const window = BigInt(limits.windowSeconds);
  const budget = rises ? limits.budgetUp : limits.budgetDown;
  const step = rises ? limits.stepUp : limits.stepDown;
  const band = bandOf(free, start, 0);
  const end = BigInt(days) * DAY;
  // Where no cooldown holds it back, it pushes every six hours: more often it would move no further, for its budget binds.
  const pause =
    raisesRisk(limits, rises) && limits.cooldownSeconds > 0 ? BigInt(limits.cooldownSeconds) : 21_600n;
  let motion: ParameterMotion = { value: start, raisedAt: -pause, upDrainedAt: 0n, downDrainedAt: 0n };
  for (let now = 0n; now <= end; now += pause) {
    const left = budgetLeft(rises ? motion.upDrainedAt : motion.downDrainedAt, budget, window, now);
    const room = rises ? band.highest - motion.value : motion.value - band.lowest;
    const [size = 0n] = [left, step, room].toSorted((a, b) => (a < b ? -1 : 1));
    if (size <= 0n) continue;
    const value = rises ? motion.value + size : motion.value - size;
    motion = changeParameter('drift', motion, free, band, { value, now });
  }
  return rises ? motion.value - start : start - motion.value;
}

/** A change every so often, from time 0 on: what other protocols' updaters may do. */
export type SteppedUpdater = {
  readonly name: string;
  readonly pauseSeconds: number;
  /** The value after one more update. */
  readonly push: (value: number) => number;
  readonly start: number;
  readonly max: number;
};

const basisPoints = (step: number) => (value: number) => value + step;
const times = (factor: number) => (value: number) => value * factor;
const HOUR = 3_600;

/**
 * What the deployed settings of others admit, by their own rules: SP-BEAM's and stUSDS's as their spells set them, Aave's
 * risk stewards as of v3. Fees in basis points; what Aave multiplies begins at 1.
 */
export const OTHERS: readonly SteppedUpdater[] = [
  { name: 'SP-BEAM ETH-A fee', pauseSeconds: 16 * HOUR, push: basisPoints(400), start: 200, max: 3_000 },
  { name: 'stUSDS rate', pauseSeconds: 16 * HOUR, push: basisPoints(500), start: 210, max: 5_000 },
  { name: 'Aave v3 cap', pauseSeconds: 72 * HOUR, push: times(2), start: 1, max: Number.POSITIVE_INFINITY },
  {
    name: 'Aave v3 debt ceiling',
    pauseSeconds: 72 * HOUR,
    push: times(1.2),
    start: 1,
    max: Number.POSITIVE_INFINITY,
  },
  { name: 'Aave v3 LTV', pauseSeconds: 72 * HOUR, push: basisPoints(50), start: 0, max: 10_000 },
];

/** The value after a span of pushing; the first update is at time 0. */
export function pushedFor({ pauseSeconds, push, start, max }: SteppedUpdater, days: number): number {
  let value = start;
  for (let now = 0; now <= days * 86_400; now += pauseSeconds) value = Math.min(push(value), max);
  return value;
}
