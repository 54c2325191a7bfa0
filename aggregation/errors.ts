import { BallastError } from '../protocol/errors.ts';

export type AggregationErrorCode =
  | 'RULE_CONDITION'
  | 'RULE_COST'
  | 'ROWS_EMPTY'
  | 'ROW_RAGGED'
  | 'ROW_NOT_FINITE'
  | 'WEIGHTS_NOT_TAKEN'
  | 'WEIGHTS_INVALID'
  | 'INPUT_NOT_TAKEN'
  | 'INPUT_MISSING'
  | 'INPUT_INVALID'
  | 'STATE_INVALID'
  | 'RESULT_NOT_FINITE';

/** Input that an aggregation rule refuses, or a condition of the rule that does not hold. */
export class AggregationError extends BallastError<AggregationErrorCode> {
  override readonly name = 'AggregationError';
}
