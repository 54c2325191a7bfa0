import { UsageError } from '../protocol/errors.ts';

/** The options of all rules together; each rule says which it takes. */
export type RuleOptions = {
  /** Liars among the rows, a whole number ≥ 0. Robust rules need it. */
  readonly f?: number;
  /** Multi-Krum: how many rows are averaged, 1 … n − f; n − f where left out. */
  readonly m?: number;
  /** FedAvg: the most that one row may weigh, > 0; without it no weights are taken. */
  readonly weightCap?: number;
};

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
