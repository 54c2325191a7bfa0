import { refused, requireColumns } from './input.ts';

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

/**
 * @param forecast of what came, ŷ_{t+h}.
 * @param actual y_{t+h}.
 * @param origin y_t, from which both move; a forecast of no move tells no direction.
 * @param leastMove smallest |y_{t+h} − y_t| whose direction counts, above 0.
 */
export function pointErrors(
  forecast: Float64Array,
  actual: Float64Array,
  origin: Float64Array,
  leastMove: number,
): PointErrors {
  const rows = requireColumns({ actual, forecast, origin });
  let [absolute, squared, symmetric, naive, hits, moves] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const error = forecast[i]! - actual[i]!;
    const size = Math.abs(actual[i]!) + Math.abs(forecast[i]!);
    const move = actual[i]! - origin[i]!;
    absolute += Math.abs(error);
    squared += error * error;
    symmetric += size === 0 ? 0 : (2 * Math.abs(error)) / size;
    naive += Math.abs(move);
    if (Math.abs(move) < leastMove || move === 0) continue;
    moves++;
    if (Math.sign(forecast[i]! - origin[i]!) === Math.sign(move)) hits++;
  }
  return {
    mae: absolute / rows,
    rmse: Math.sqrt(squared / rows),
    smape: symmetric / rows,
    mase: naive === 0 ? null : absolute / naive,
    directionalAccuracy: moves === 0 ? null : hits / moves,
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
