import { UsageError } from '../protocol/errors.ts';

/** The options of all rules together; each rule says which it takes. */
export type RuleOptions = {
  /** Liars among the rows, a whole number ≥ 0. Robust rules need it. */
  readonly f?: number;
  /** Multi-Krum: how many rows are averaged, 1 … n − f; n − f where left out. */
  readonly m?: number;
  /** FedAvg: the most that one row may weigh, > 0; without it no weights are taken. */
  readonly weightCap?: number;
  /** q-FedAvg: how much more a node with a large loss weighs: 0, ½, 1, 1½ … 8; 1 where left out. */
  readonly q?: number;
  /** q-FedAvg: an estimate of the Lipschitz constant of the gradients, 1 ÷ the local learning rate, > 0. */
  readonly lipschitz?: number;
  /** Centred clipping, norm bounding, static clipping: the largest L2 norm, > 0. */
  readonly radius?: number;
  /** Rules that iterate: the most steps, a whole number ≥ 1. */
  readonly iterations?: number;
  /** Geometric median: it stops where a step is shorter than this share of the spread, > 0. */
  readonly tolerance?: number;
  /** Geometric median: the least distance that a row is taken to have, ≥ 0. */
  readonly smoothing?: number;
  /** Bucketing: rows a bucket, a whole number ≥ 1. */
  readonly size?: number;
  /** DnC: coordinates drawn an iteration, a whole number ≥ 1. */
  readonly sample?: number;
  /** DnC: rows removed an iteration, as a multiple of f, > 0. */
  readonly removal?: number;
  /** Server optimisers: the learning rate, > 0. */
  readonly lr?: number;
  /** FedAvgM, FedAdagrad, FedAdam, FedYogi: the decay of the first moment, 0 ≤ beta1 < 1. */
  readonly beta1?: number;
  /** FedAdam, FedYogi: the decay of the second moment, 0 ≤ beta2 < 1. */
  readonly beta2?: number;
  /** FedAdagrad, FedAdam, FedYogi: the degree of adaptivity τ, > 0. */
  readonly tau?: number;
  /** SCAFFOLD: all clients, of which some took part; a whole number ≥ 1, the rows of the round where left out. */
  readonly clients?: number;
};

/** Names of all options, for those who read them from text. */
export const optionNames: readonly (keyof RuleOptions)[] = Object.freeze([
  'f',
  'm',
  'weightCap',
  'q',
  'lipschitz',
  'radius',
  'iterations',
  'tolerance',
  'smoothing',
  'size',
  'sample',
  'removal',
  'lr',
  'beta1',
  'beta2',
  'tau',
  'clients',
] as const satisfies readonly (keyof RuleOptions)[]);

/**
 * Returns `f` when it is a whole number ≥ 0.
 * @throws {UsageError} RULE_OPTION.
 */
export function liarCount(rule: string, f: number | undefined): number {
  if (f !== undefined && Number.isSafeInteger(f) && f >= 0) return f;
  throw optionError(rule, 'f', f, 'a whole number ≥ 0', 'f is how many of the updates may be lies');
}

/** The error of an option that has a wrong value. */
export function optionError(
  rule: string,
  option: keyof RuleOptions,
  given: unknown,
  expected: string,
  hint?: string,
): UsageError<'RULE_OPTION'> {
  return new UsageError('RULE_OPTION', `${rule}: ${option} is ${given}, expected ${expected}`, {
    metadata: { rule, option, given },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Makes a reader of options: `given`, or `fallback` where it is left out, if it is what is `expected`. */
function optionOf(isValid: (value: number) => boolean, expected: string) {
  return (rule: string, option: keyof RuleOptions, given: number | undefined, fallback: number): number => {
    const value = given ?? fallback;
    if (isValid(value)) return value;
    throw optionError(rule, option, given, expected);
  };
}

/** A finite number > 0, or the fallback. @throws {UsageError} RULE_OPTION. */
export const positiveOption = optionOf((value) => Number.isFinite(value) && value > 0, 'a finite number > 0');

/** A whole number ≥ 1, or the fallback. @throws {UsageError} RULE_OPTION. */
export const countOption = optionOf(
  (value) => Number.isSafeInteger(value) && value >= 1,
  'a whole number ≥ 1',
);

/** A number from 0 to below 1, or the fallback. @throws {UsageError} RULE_OPTION. */
export const decayOption = optionOf((value) => value >= 0 && value < 1, 'a number from 0 to below 1');
