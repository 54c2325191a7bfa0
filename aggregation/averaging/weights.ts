import { AggregationError } from '../errors.ts';
import { optionError } from '../options.ts';

/** @throws {UsageError} RULE_OPTION unless the cap is left out or a finite number > 0. */
export function requireWeightCap(rule: string, cap: number | undefined): void {
  if (cap === undefined || (Number.isFinite(cap) && cap > 0)) return;
  throw optionError(rule, 'weightCap', cap, 'a finite number > 0');
}

/**
 * The weight of each row: min(weight, cap), or 1 where no weights are given. Weights are claims that nobody can
 * check, so without a cap none are taken.
 *
 * @throws {AggregationError} WEIGHTS_NOT_TAKEN or WEIGHTS_INVALID.
 */
export function cappedWeights(
  rule: string,
  weights: readonly number[] | undefined,
  n: number,
  cap: number | undefined,
): Float64Array {
  if (weights === undefined) return new Float64Array(n).fill(1);
  if (cap === undefined) {
    throw new AggregationError(
      'WEIGHTS_NOT_TAKEN',
      `${rule} was made without weightCap; weights were given`,
      {
        metadata: { rule },
        hint: 'set weightCap near an honest sample count, or leave the weights out',
      },
    );
  }
  if (weights.length !== n) {
    throw new AggregationError(
      'WEIGHTS_INVALID',
      `${weights.length} weights for ${n} rows, expected one a row`,
      {
        metadata: { weights: weights.length, rows: n },
      },
    );
  }
  return Float64Array.from(weights, (weight, row) => {
    if (Number.isFinite(weight) && weight > 0) return Math.min(weight, cap);
    throw new AggregationError(
      'WEIGHTS_INVALID',
      `the weight of row ${row} is ${weight}, expected a finite number > 0`,
      { metadata: { row, weight } },
    );
  });
}
