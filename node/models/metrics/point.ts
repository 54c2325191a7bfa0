import { meanOf, refused, requireColumns } from './input.ts';

/** How far point forecasts lie from what came, all in the unit of the actuals unless said otherwise. */
export type PointErrors = {
  readonly mae: number;
  readonly rmse: number;
  /** Mean of 2|e| / (|y| + |ŷ|), 0 to 2, a row of two zeros counting 0 (Makridakis 1993). Poor around zero. */
  readonly smape: number;
  /** MAE / MAE of "no change": mean absolute scaled error on the same rows (Hyndman and Koehler 2006); null without a change. */
  readonly mase: number | null;
  /** Share of the moves of at least `leastMove` whose direction was told; null where there are none. */
  readonly directionalAccuracy: number | null;
  /** How many moves that is a share of. */
  readonly moves: number;
};

/** What point errors are sums of, row by row. */
export type PointRows = {
  readonly absolute: Float64Array;
  readonly squared: Float64Array;
  readonly symmetric: Float64Array;
  /** |y_{t+h} − y_t|, the absolute error of "no change". */
  readonly naive: Float64Array;
  /** 1 where there was a move whose direction counts, and where it was told. */
  readonly moved: Float64Array;
  readonly told: Float64Array;
};

/**
 * @param forecast of what came, ŷ_{t+h}.
 * @param actual y_{t+h}.
 * @param origin y_t, from which both move; a forecast of no move tells no direction.
 * @param leastMove smallest |y_{t+h} − y_t| whose direction counts, 0 or more; no move never does.
 */
export function pointRows(
  forecast: Float64Array,
  actual: Float64Array,
  origin: Float64Array,
  leastMove: number,
): PointRows {
  const rows = requireColumns({ actual, forecast, origin });
  if (!(leastMove >= 0)) throw refused('leastMove', String(leastMove), 'a move from 0');
  const columns = {
    absolute: new Float64Array(rows),
    squared: new Float64Array(rows),
    symmetric: new Float64Array(rows),
    naive: new Float64Array(rows),
    moved: new Float64Array(rows),
    told: new Float64Array(rows),
  };
  for (let i = 0; i < rows; i++) {
    const error = Math.abs(forecast[i]! - actual[i]!);
    const size = Math.abs(actual[i]!) + Math.abs(forecast[i]!);
    const move = actual[i]! - origin[i]!;
    columns.absolute[i] = error;
    columns.squared[i] = error * error;
    columns.symmetric[i] = size === 0 ? 0 : (2 * error) / size;
    columns.naive[i] = Math.abs(move);
    if (move === 0 || Math.abs(move) < leastMove) continue;
    columns.moved[i] = 1;
    columns.told[i] = Math.sign(forecast[i]! - origin[i]!) === Math.sign(move) ? 1 : 0;
  }
  return columns;
}

/** Figures of `pointRows`. */
export function pointErrors(
  forecast: Float64Array,
  actual: Float64Array,
  origin: Float64Array,
  leastMove: number,
): PointErrors {
  const columns = pointRows(forecast, actual, origin, leastMove);
  const naive = meanOf(columns.naive);
  const moves = columns.moved.reduce((sum, value) => sum + value, 0);
  const mae = meanOf(columns.absolute);
  return {
    mae,
    rmse: Math.sqrt(meanOf(columns.squared)),
    smape: meanOf(columns.symmetric),
    mase: naive === 0 ? null : mae / naive,
    directionalAccuracy: moves === 0 ? null : columns.told.reduce((sum, value) => sum + value, 0) / moves,
    moves,
  };
}

/**
 * QLIKE of each row, v/f − ln(v/f) − 1 ≥ 0: the loss of variance forecasts that ranks them the same whether variance
 * is known or only measured without bias (Patton 2011).
 *
 * @param realised variance v, above 0; leave rows without any out.
 * @param forecast variance f, above 0.
 */
export function qlikeRows(realised: Float64Array, forecast: Float64Array): Float64Array {
  const rows = requireColumns({ realised, forecast });
  const losses = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    if (!(realised[i]! > 0)) throw notPositive('realised', i, realised[i]!);
    if (!(forecast[i]! > 0)) throw notPositive('forecast', i, forecast[i]!);
    const ratio = realised[i]! / forecast[i]!;
    losses[i] = ratio - Math.log(ratio) - 1;
  }
  return losses;
}

function notPositive(name: string, row: number, value: number) {
  return refused(`${name}[${row}]`, String(value), 'a variance above 0');
}
