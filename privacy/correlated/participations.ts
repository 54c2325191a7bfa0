import { BallastError } from '../../protocol/errors.ts';
import type { CorrelatedPlan } from './plan.ts';

/** When a unit last took part (rounds from 0), and how often it has. */
export type Participation = { readonly last: number; readonly times: number };

/** The most units of one run. */
export const MAX_UNITS = 65_536;

const MAX_NAME = 256;

/**
 * Keeps a run within its plan: nobody takes part sooner than b rounds after the last time, or more than k times. It is
 * what makes the sensitivity true, so a round is checked as a whole before anything of it is released.
 */
export class Participations {
  readonly #plan: CorrelatedPlan;
  readonly #units: Map<string, Participation>;

  constructor(plan: CorrelatedPlan, units: Iterable<readonly [string, Participation]> = []) {
    this.#plan = plan;
    this.#units = new Map(units);
  }

  /** By the name of the unit, in the order of their UTF-16 units. */
  entries(): [string, Participation][] {
    return [...this.#units].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Enters what {@link admitted} returned. */
  enter(admitted: ReadonlyMap<string, Participation>): void {
    for (const [name, participation] of admitted) this.#units.set(name, participation);
  }

  /**
   * What the units of a round will have done once they are entered; changes nothing.
   *
   * @throws BallastError `PARTICIPATION_TOO_CLOSE`; `PARTICIPATION_TOO_OFTEN`; `PRIVACY_PARAMETER` for a unit that is
   *   named twice, a name of 0 or more than 256 characters, or more than 65,536 units.
   */
  admitted(round: number, names: readonly string[]): ReadonlyMap<string, Participation> {
    const { minSeparation, participations } = this.#plan;
    const next = new Map<string, Participation>();
    for (const name of names) {
      if (!(name.length > 0 && name.length <= MAX_NAME)) {
        throw parameter(`unit: got ${name.length} characters, expected 1 to ${MAX_NAME}`);
      }
      if (next.has(name)) throw parameter(`unit ${name}: got it twice in a round, expected once`);
      const before = this.#units.get(name);
      if (before !== undefined && round - before.last < minSeparation) {
        throw new BallastError(
          'PARTICIPATION_TOO_CLOSE',
          `unit ${name}: got rounds ${before.last} and ${round}, expected at least ${minSeparation} apart`,
          {
            metadata: { unit: name, last: before.last, round, minSeparation },
            hint: `it may take part again in round ${before.last + minSeparation}`,
          },
        );
      }
      const times = (before?.times ?? 0) + 1;
      if (times > participations) {
        throw new BallastError(
          'PARTICIPATION_TOO_OFTEN',
          `unit ${name}: got participation ${times}, expected at most ${participations}`,
          {
            metadata: { unit: name, times, participations },
            hint: 'plan a run of more participations; it takes more noise',
          },
        );
      }
      next.set(name, { last: round, times });
    }
    const known = names.filter((name) => this.#units.has(name)).length;
    if (this.#units.size + names.length - known > MAX_UNITS) {
      throw parameter(`units: got more than ${MAX_UNITS}, expected at most as many`);
    }
    return next;
  }
}

function parameter(message: string): BallastError {
  return new BallastError('PRIVACY_PARAMETER', message);
}
