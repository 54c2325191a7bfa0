import { UsageError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';

/** What a liar knows when it makes its update. It never writes to any of it. */
export type AttackView = {
  /** The update that an honest node would have made of the liar's data, length d, before clipping. */
  readonly own: Float64Array;
  /** The updates of the honest nodes, each of length d: knowledge that only a simulation has. */
  readonly honest?: readonly Float64Array[];
  /** Seeded, so that a run can be repeated. */
  readonly random?: RandomBytes;
};

/** A lie told with a model update: a pure function of what the liar knows. */
export interface Attack {
  readonly name: string;
  /** Whether it is made of the liar's own update or of those of the honest nodes. A node alone has `own`. */
  readonly needs: 'own' | 'honest';
  /** Whether it draws from `random`. */
  readonly random: boolean;
  /**
   * The malicious update, a new vector of length d.
   * @throws {UsageError} ATTACK_NEEDS when the view lacks what the attack is made of; ATTACK_CONDITION when
   * there are too few honest updates.
   */
  craft(view: AttackView): Float64Array;
}

/** The options of all attacks together; each attack says which it takes. */
export type AttackOptions = {
  /** How many times over the lie is told, > 0; 1 where left out. */
  readonly boost?: number;
  /** ALIE: how many standard deviations from the mean. */
  readonly z?: number;
  /** ALIE without z: the number of liars, for the closed form. */
  readonly f?: number;
};

/**
 * Returns the boost, 1 where left out.
 * @throws {UsageError} ATTACK_OPTION unless it is finite and > 0.
 */
export function boostOf(attack: string, boost: number | undefined): number {
  if (boost === undefined) return 1;
  if (Number.isFinite(boost) && boost > 0) return boost;
  throw attackOptionError(attack, 'boost', boost, 'a finite number > 0');
}

/** The error of an option that has a wrong value. */
export function attackOptionError(
  attack: string,
  option: keyof AttackOptions,
  given: unknown,
  expected: string,
): UsageError<'ATTACK_OPTION'> {
  return new UsageError('ATTACK_OPTION', `${attack}: ${option} is ${given}, expected ${expected}`, {
    metadata: { attack, option, given },
  });
}

/**
 * Returns `value`.
 * @throws {UsageError} ATTACK_NEEDS when it is undefined.
 */
export function needed<T>(attack: string, what: 'honest' | 'random', value: T | undefined): T {
  if (value !== undefined) return value;
  throw new UsageError('ATTACK_NEEDS', `${attack} is made with "${what}", which was not given`, {
    metadata: { attack, what },
    hint:
      what === 'honest'
        ? 'a node knows its own update alone; run this attack in the simulator'
        : 'pass a seeded source of bytes',
  });
}
