import { BallastError } from '../../protocol/errors.ts';
import { formatUnit, formatWadPercent } from '../../protocol/units.ts';

/** One micro-basis-point as a wad share of the target: 10⁻⁶ bp = 10⁻¹⁰. */
const WAD_PER_MICRO_BP = 10n ** 8n;

/** The public rule of the fee; rates and deviations in wad (10¹⁸ is 100 % a year, or 100 % of the target). */
export type FeeRule = {
  /** K: change of the yearly rate by deviation of the coin; 1 wad raises the fee by 1 bp for 1 bp below target. */
  readonly gain: bigint;
  /** Deviation that is aimed for; 0 is the target itself. */
  readonly target: bigint;
  /** Errors up to this size change nothing. */
  readonly deadBand: bigint;
  /** Largest change at once. */
  readonly maxStep: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;
  /** What the chain takes now, where that is less: budgets, cooldown, override and halts counted in. */
  readonly allowed?: { readonly lowest: bigint; readonly highest: bigint; readonly because: Hold };
};

/** A limit that kept the fee from what the rule wished. */
export type Hold =
  | 'dead-band'
  | 'step'
  | 'minimum'
  | 'maximum'
  | 'budget'
  | 'cooldown'
  | 'override'
  | 'halt'
  | 'dispute';

export type FeeDecision = {
  /** The fee to recommend, within the bounds, wad. */
  readonly value: bigint;
  /** What the rule would have set without limits, wad: the raw material of a governance proposal. */
  readonly wish: bigint;
  /** The limits that were at work, in the order they are applied. */
  readonly heldBy: readonly Hold[];
  /** For people and for the decision record; the same text on every machine. */
  readonly explanation: string;
};

/**
 * The next stability fee from the median 24 h forecast of the peg.
 *
 *     fee ← clamp(fee + clamp(K · (target − forecast), ±step), minimum, maximum)
 *
 * **The fee rises when the coin is forecast below its target** (borrowing, which creates coins, gets dearer; coins
 * are bought back to repay) **and falls when it is above.** Integers only; K · error is rounded toward zero. The
 * bounds are applied last and win over the step: a fee that lies outside them, say after governance moved them, is
 * brought back inside at once. What the chain takes now is applied after them.
 *
 * @param current the fee in force, wad, not negative.
 * @param forecastMicroBp median forecast of the deviation in 24 h, in 10⁻⁶ bp, negative below the target.
 * @throws BallastError `FEE_RULE` when a limit is negative, the gain or step is not above zero, or the minimum is above
 *   the maximum; `FEE_INPUT` for a negative current fee.
 */
export function nextFee(current: bigint, forecastMicroBp: bigint, rule: FeeRule): FeeDecision {
  checkRule(rule);
  if (current < 0n) {
    throw new BallastError('FEE_INPUT', `current fee: got ${current}, expected 0 or more, in wad`, {
      metadata: { current: current.toString() },
    });
  }
  const error = rule.target - forecastMicroBp * WAD_PER_MICRO_BP;
  const heldBy: Hold[] = [];
  let change = (rule.gain * error) / 10n ** 18n;
  const wish = current + change;
  if (magnitude(error) <= rule.deadBand) {
    if (change !== 0n) heldBy.push('dead-band');
    change = 0n;
  } else if (magnitude(change) > rule.maxStep) {
    heldBy.push('step');
    change = change > 0n ? rule.maxStep : -rule.maxStep;
  }
  let value = current + change;
  if (value < rule.minimum) {
    heldBy.push('minimum');
    value = rule.minimum;
  } else if (value > rule.maximum) {
    heldBy.push('maximum');
    value = rule.maximum;
  }
  if (rule.allowed !== undefined && (value < rule.allowed.lowest || value > rule.allowed.highest)) {
    heldBy.push(rule.allowed.because);
    value = value < rule.allowed.lowest ? rule.allowed.lowest : rule.allowed.highest;
  }
  return { value, wish, heldBy, explanation: explain(current, value, wish, error, forecastMicroBp, heldBy) };
}

/**
 * A forecast in bp as the controller takes it, rounded to the nearest 10⁻⁶ bp.
 *
 * @throws BallastError `FEE_INPUT` for a NaN or beyond ±10⁶ bp (a hundred times the target).
 */
export function toMicroBp(bp: number): bigint {
  if (!(Math.abs(bp) <= 1e6)) {
    throw new BallastError('FEE_INPUT', `forecast: got ${bp} bp, expected a number within ±1000000`, {
      metadata: { bp },
    });
  }
  return BigInt(Math.round(bp * 1e6));
}

function explain(
  current: bigint,
  value: bigint,
  wish: bigint,
  error: bigint,
  forecastMicroBp: bigint,
  heldBy: readonly Hold[],
): string {
  const side = error > 0n ? 'below' : error < 0n ? 'above' : 'on';
  const verb = value > current ? 'rises' : value < current ? 'falls' : 'stays';
  const move =
    value === current
      ? `at ${formatWadPercent(current)}`
      : `from ${formatWadPercent(current)} to ${formatWadPercent(value)}`;
  const held =
    heldBy.length === 0 ? '' : `; wished ${formatWadPercent(wish)}, held by ${heldBy.join(' and ')}`;
  return `forecast ${formatUnit(forecastMicroBp, 6)} bp in 24 h, ${side} target: fee ${verb} ${move}${held}`;
}

function checkRule(rule: FeeRule): void {
  const refuse = (name: Exclude<keyof FeeRule, 'allowed'>, expected: string) => {
    throw new BallastError('FEE_RULE', `${name}: got ${rule[name]}, expected ${expected}, in wad`, {
      metadata: { name, value: rule[name].toString() },
      hint: 'the rule comes from the network parameters and the bounds on the chain',
    });
  };
  if (rule.gain <= 0n) refuse('gain', 'more than 0 (a negative gain would have the sign of the fee wrong)');
  if (rule.maxStep <= 0n) refuse('maxStep', 'more than 0');
  if (rule.deadBand < 0n) refuse('deadBand', '0 or more');
  if (rule.minimum < 0n) refuse('minimum', '0 or more');
  if (rule.maximum < rule.minimum) refuse('maximum', 'no less than the minimum');
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
