import { BallastError } from '../protocol/errors.ts';
import type { Accountant } from './accountants/accountant.ts';
import { requireBetween, requireDelta } from './parameters.ts';
import type { PrivacyEvent } from './privacy-event.ts';

const LEAST_NOISE = 1e-6;
const MOST_NOISE = 1e9;
const MOST_ROUNDS = 2 ** 32;

/** A guarantee to stay within, and who says what events cost: a fresh accountant at every call. */
export type CalibrationTarget = {
  readonly accountant: () => Accountant;
  /** ε > 0, up to 10^6. */
  readonly epsilon: number;
  readonly delta: number;
};

/**
 * The least noise multiplier with which the event stays within (ε, δ), rounded up: with what is returned the bound
 * holds, as the accountant has it.
 *
 * @param options.event what is released with a given noise multiplier, all rounds of it (`repeated`).
 * @param options.tolerance how far above the least it may be, relatively: 1e-4 where left out.
 * @throws BallastError `PRIVACY_UNREACHABLE` where no noise up to 10^9 is enough (a failure more probable than δ, an
 *   unprotected part); `PRIVACY_PARAMETER`; `PRIVACY_EVENT_UNSUPPORTED`.
 */
export function calibrateNoise(
  options: CalibrationTarget & {
    readonly event: (noiseMultiplier: number) => PrivacyEvent;
    readonly tolerance?: number;
  },
): number {
  const { event, tolerance = 1e-4 } = options;
  requireBetween('tolerance', tolerance, 1e-12, 1);
  const excess = excessOver(options);
  const at = (noiseMultiplier: number): Point => ({
    place: Math.log(noiseMultiplier),
    value: noiseMultiplier,
    excess: excess(event(noiseMultiplier), 1),
  });
  let fits = at(1);
  let fails: Point | undefined;
  while (fits.excess > 0) {
    if (fits.value >= MOST_NOISE) throw unreachable(options);
    fails = fits;
    fits = at(Math.min(MOST_NOISE, fits.value * 4));
  }
  while (fails === undefined) {
    if (fits.value <= LEAST_NOISE) return fits.value;
    const less = at(Math.max(LEAST_NOISE, fits.value / 4));
    if (less.excess > 0) fails = less;
    else fits = less;
  }
  const width = Math.log1p(tolerance);
  return narrowed(fits, fails, {
    done: (a, b) => Math.abs(a - b) <= width,
    nudge: width / 2,
    at: (place) => at(Math.exp(place)),
  });
}

/**
 * How many times the event may be released within (ε, δ): 0 where once is too much, 2^32 where more would not be.
 *
 * @throws BallastError `PRIVACY_PARAMETER`; `PRIVACY_EVENT_UNSUPPORTED`.
 */
export function mostRounds(options: CalibrationTarget & { readonly event: PrivacyEvent }): number {
  const excess = excessOver(options);
  const at = (rounds: number): Point => ({
    place: Math.log(rounds),
    value: rounds,
    excess: excess(options.event, rounds),
  });
  let fits = at(1);
  if (fits.excess > 0) return 0;
  for (;;) {
    if (fits.value >= MOST_ROUNDS) return MOST_ROUNDS;
    const more = at(Math.min(MOST_ROUNDS, fits.value * 4));
    if (more.excess > 0) {
      return narrowed(fits, more, {
        done: (a, b) => Math.round(Math.exp(b)) - Math.round(Math.exp(a)) <= 1,
        nudge: 0,
        at: (place, low, high) => {
          const [least, most] = [Math.round(Math.exp(low)) + 1, Math.round(Math.exp(high)) - 1];
          return at(Math.min(most, Math.max(least, Math.round(Math.exp(place)))));
        },
      });
    }
    fits = more;
  }
}

/** `excess` is log(ε / target): the target is met up to 0. */
type Point = { readonly place: number; readonly value: number; readonly excess: number };

function excessOver({ accountant, epsilon, delta }: CalibrationTarget) {
  requireBetween('epsilon', epsilon, 1e-12, 1e6);
  requireDelta(delta);
  return (event: PrivacyEvent, times: number): number => {
    const account = accountant();
    account.compose(event, times);
    const spent = account.epsilon(delta);
    return spent <= epsilon
      ? Math.min(0, Math.log(spent / epsilon))
      : Math.max(5e-324, Math.log(spent / epsilon));
  };
}

/**
 * Closes in on the place between one that fits and one that does not, and returns the value of the last that fitted.
 * Log ε is nearly a line in the logarithm of noise or rounds: so by false position, pushed a little to one side and
 * the other in turn so that both ends move, and by bisection every third time and where ε is 0 or infinite.
 */
function narrowed(
  fitting: Point,
  failing: Point,
  search: {
    readonly done: (fitting: number, failing: number) => boolean;
    readonly nudge: number;
    readonly at: (place: number, low: number, high: number) => Point;
  },
): number {
  let [fits, fails] = [fitting, failing];
  for (let turn = 0; !search.done(fits.place, fails.place); turn++) {
    const low = Math.min(fits.place, fails.place);
    const high = Math.max(fits.place, fails.place);
    const middle = low + (high - low) / 2;
    const line = fits.place + ((fails.place - fits.place) * fits.excess) / (fits.excess - fails.excess);
    const pushed = line + (turn % 2 === 0 ? search.nudge : -search.nudge);
    const usable = turn % 3 !== 2 && pushed > low && pushed < high;
    const point = search.at(usable ? pushed : middle, low, high);
    if (point.excess > 0) fails = point;
    else fits = point;
  }
  return fits.value;
}

function unreachable({ epsilon, delta }: CalibrationTarget): BallastError {
  return new BallastError(
    'PRIVACY_UNREACHABLE',
    `noise multiplier: got more than ε = ${epsilon} at δ = ${delta} with ${MOST_NOISE}, expected a target that noise can reach`,
    {
      metadata: { epsilon, delta },
      hint: 'allow a larger δ, or look for a failure probability or an unprotected part in the event',
    },
  );
}
