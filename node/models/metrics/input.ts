import { BallastError } from '../../../protocol/errors.ts';

/** The most rows that one metric takes: a century of hours is below it, and memory stays bounded. */
export const MAX_ROWS = 2 ** 21;
/** The most quantile levels of one forecast. */
export const MAX_LEVELS = 99;

/**
 * @param columns name and values of everything that has one value a row.
 * @returns the number of rows.
 * @throws BallastError `METRIC_INPUT` for no rows, more than `MAX_ROWS`, unequal lengths or a value that is not finite.
 */
export function requireColumns(columns: Readonly<Record<string, ArrayLike<number>>>): number {
  let rows: number | undefined;
  for (const [name, values] of Object.entries(columns)) {
    rows ??= values.length;
    if (values.length !== rows) throw refused(name, `${values.length} rows`, `${rows}, as the others have`);
    if (rows < 1 || rows > MAX_ROWS) throw refused(name, `${rows} rows`, `1 to ${MAX_ROWS}`);
    for (let i = 0; i < rows; i++) {
      if (!Number.isFinite(values[i])) throw refused(`${name}[${i}]`, String(values[i]), 'a finite number');
    }
  }
  if (rows === undefined) throw refused('columns', 'none', 'at least one');
  return rows;
}

/**
 * Checks quantile forecasts, rows × levels row-major.
 *
 * @returns the number of rows.
 * @throws BallastError `METRIC_INPUT` for levels that do not ascend within (0, 1), values that do not fit them, or
 *   quantiles that cross.
 */
export function requireQuantiles(
  quantiles: Float64Array,
  levels: readonly number[],
  actual: Float64Array,
): number {
  const width = levels.length;
  const ascends = levels.every((level, q) => level > (levels[q - 1] ?? 0) && level < 1);
  if (width < 1 || width > MAX_LEVELS || !ascends) {
    throw refused('levels', `[${levels.slice(0, 9).join(', ')}]`, `1 to ${MAX_LEVELS} ascending, in (0, 1)`);
  }
  const rows = requireColumns({ actual });
  if (quantiles.length !== rows * width) {
    throw refused('quantiles', `${quantiles.length} values`, `${rows} rows of ${width}`);
  }
  for (let i = 0; i < quantiles.length; i++) {
    const value = quantiles[i]!;
    if (!Number.isFinite(value)) throw refused(`quantiles[${i}]`, String(value), 'a finite number');
    if (i % width > 0 && value < quantiles[i - 1]!) {
      throw refused(`quantiles[${i}]`, String(value), `no less than the level before, ${quantiles[i - 1]}`);
    }
  }
  return rows;
}

/** @throws BallastError `METRIC_INPUT` unless every value is 0 or 1. */
export function requireEvents(event: Uint8Array): void {
  const bad = event.findIndex((value) => value > 1);
  if (bad >= 0) throw refused(`event[${bad}]`, String(event[bad]), '0 or 1');
}

/** @throws BallastError `METRIC_INPUT` unless every value lies in [0, 1]. */
export function requireProbabilities(probability: Float64Array): void {
  const bad = probability.findIndex((value) => value < 0 || value > 1);
  if (bad >= 0) throw refused(`probability[${bad}]`, String(probability[bad]), 'a number from 0 to 1');
}

/** @throws BallastError `METRIC_INPUT` unless `value` is a whole number from `least` to `most`. */
export function requireWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw refused(name, String(value), `a whole number from ${least} to ${most}`);
}

export function refused(name: string, got: string, expected: string): BallastError {
  return new BallastError('METRIC_INPUT', `metric: ${name}: got ${got}, expected ${expected}`, {
    metadata: { name, got },
  });
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
