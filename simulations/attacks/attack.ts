import type { HeadExamples } from '../../node/training/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';

/** What a liar knows when it makes its update. It never writes to any of it. */
export type AttackView = {
  /** The update that the liar's training made, length d, before clipping: an honest one, unless it poisons its data. */
  readonly own: Float64Array;
  /** The updates of the honest nodes, each of length d: knowledge that only a simulation has. */
  readonly honest?: readonly Float64Array[];
  /** How many send the lie: each of them the same, where it is not drawn. */
  readonly liars?: number;
  /** What the network would make of these rows, from rows to the vector: what the lie is aimed at. */
  readonly aggregation?: (rows: readonly Float64Array[]) => Float64Array;
  /** Seeded, so that a run can be repeated. */
  readonly random?: RandomBytes;
};

/** A lie told with a model update: a pure function of what the liar knows. */
export interface Attack {
  readonly name: string;
  /**
   * What it is made of: the liar's own update, which a node alone has; those of the honest nodes, which only a
   * simulation knows; or a training that is not as it should be, by {@link poison} or by {@link claim}.
   */
  readonly needs: AttackNeeds;
  /** Whether it draws from `random`; if not, and made of the honest updates, it is one for all liars. */
  readonly random: boolean;
  /** How many times its own sample count the liar claims; 1 where left out. */
  readonly claim?: number;
  /** What the liar trains on in place of its examples, which it leaves as they are. */
  readonly poison?: (examples: HeadExamples) => HeadExamples;
  /**
   * The malicious update, a new vector of length d.
   * @throws {UsageError} ATTACK_NEEDS when the view lacks what the attack is made of; ATTACK_CONDITION when
   * there are too few honest updates.
   */
  craft(view: AttackView): Float64Array;
}

export type AttackNeeds = 'own' | 'honest' | 'training';

/** The direction in which Min-Max and Min-Sum leave the mean. */
export const PERTURBATIONS = ['std', 'uv', 'sgn'] as const;

export type Perturbation = (typeof PERTURBATIONS)[number];

/** The options of all attacks together; each attack says which it takes. */
export type AttackOptions = {
  /** How many times over the lie is told, > 0; 1 where left out. */
  readonly boost?: number;
  /** ALIE: how many standard deviations from the mean. */
  readonly z?: number;
  /** ALIE without z: the number of liars, for the closed form. */
  readonly f?: number;
  /** Mimic: which honest node is copied, from 0; 0 where left out. */
  readonly index?: number;
  /** Min-Max, Min-Sum: the direction; `std` where left out. */
  readonly perturbation?: Perturbation;
  /** Lying weight: how many times its sample count the liar claims, > 0; 1,000 where left out. */
  readonly claim?: number;
};

/**
 * Returns the boost, 1 where left out.
 * @throws {UsageError} ATTACK_OPTION unless it is finite and > 0.
 */
export function boostOf(attack: string, boost: number | undefined): number {
  return positiveOf(attack, 'boost', boost, 1);
}

/**
 * Returns the option's value, `fallback` where left out.
 * @throws {UsageError} ATTACK_OPTION unless it is finite and > 0.
 */
export function positiveOf(
  attack: string,
  option: keyof AttackOptions,
  value: number | undefined,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  if (Number.isFinite(value) && value > 0) return value;
  throw attackOptionError(attack, option, value, 'a finite number > 0');
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

/** What may be missing from a view. */
type Needed = Exclude<keyof AttackView, 'own'>;

const NEEDED_HINTS: Readonly<Record<Needed, string>> = {
  honest: 'a node knows its own update alone; run this attack in the simulator',
  liars: 'say how many send it',
  aggregation: 'pass what the network makes of its rows',
  random: 'pass a seeded source of bytes',
};

/**
 * Returns `value`.
 * @throws {UsageError} ATTACK_NEEDS when it is undefined.
 */
export function needed<T>(attack: string, what: Needed, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new UsageError('ATTACK_NEEDS', `${attack} is made with "${what}", which was not given`, {
    metadata: { attack, what },
    hint: NEEDED_HINTS[what],
  });
}

/**
 * The honest updates of a view.
 * @throws {UsageError} ATTACK_NEEDS where there are none; ATTACK_CONDITION where they are fewer than `least`.
 */
export function honestOf(attack: string, view: AttackView, least = 1): readonly Float64Array[] {
  const honest = needed(attack, 'honest', view.honest);
  if (honest.length >= least) return honest;
  throw new UsageError(
    'ATTACK_CONDITION',
    `${attack} has ${honest.length} honest updates, expected at least ${least}`,
    { metadata: { attack, honest: honest.length, least } },
  );
}

/**
 * How many send the lie.
 * @throws {UsageError} ATTACK_NEEDS where nobody says; ATTACK_CONDITION unless it is a whole number ≥ 1.
 */
export function liarsOf(attack: string, { liars }: AttackView): number {
  const count = needed(attack, 'liars', liars);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new UsageError('ATTACK_CONDITION', `${attack}: got ${count} liars, expected a whole number ≥ 1`, {
    metadata: { attack, liars: count },
  });
}
