import { BallastError } from '../../../protocol/errors.ts';

/**
 * A model of volatility: it is fitted on returns, opened with what the fit gave, told one return after the other, and
 * asked for the variance of what comes.
 */
export interface VolatilityModel<Parameters> {
  readonly name: string;
  /**
   * @param returns one log return a step, oldest first.
   * @param horizon steps that forecasts are for, 1 to `MAX_HORIZON`.
   * @returns plain numbers, the same ones for the same returns.
   * @throws BallastError `VOLATILITY_INPUT` for too few returns or one that is not finite.
   */
  fit(returns: Float64Array, horizon: number): Parameters;
  open(parameters: Parameters): VolatilityState;
}

/** What a model remembers: of fixed size, and the same after the same returns, told at once or one by one. */
export interface VolatilityState {
  /** The return of one more step. @throws BallastError `VOLATILITY_INPUT` for one that is not finite. */
  update(value: number): void;
  /** Expected Σ r² over the next steps of the horizon; NaN until enough was told. */
  forecast(): number;
}

/** The most steps that a forecast reaches. */
export const MAX_HORIZON = 8784;
/** Variance below which nothing is told apart: a return of a hundredth of a basis point. */
export const VARIANCE_FLOOR = 1e-12;

/** A model and its parameters, their type forgotten: to hold several in one list. */
export type FittedVolatility = { readonly name: string; readonly open: () => VolatilityState };

export function fitVolatility<P>(
  model: VolatilityModel<P>,
  returns: Float64Array,
  horizon: number,
): FittedVolatility {
  const parameters = model.fit(returns, horizon);
  return { name: model.name, open: () => model.open(parameters) };
}

/**
 * Forecasts after each return of a history.
 *
 * @returns forecast[t]: Σ r² of t + 1 … t + horizon by what was known at t; NaN while the model warms up.
 */
export function forecastVariances(state: VolatilityState, returns: Float64Array): Float64Array {
  return returns.map((value) => {
    state.update(value);
    return state.forecast();
  });
}

/** Σ r² of t + 1 … t + horizon; NaN where the returns end before. */
export function realisedVariances(returns: Float64Array, horizon: number): Float64Array {
  const out = new Float64Array(returns.length).fill(Number.NaN);
  for (let t = 0; t + horizon < returns.length; t++) {
    let sum = 0;
    for (let k = 1; k <= horizon; k++) sum += returns[t + k]! ** 2;
    out[t] = sum;
  }
  return out;
}

/** @throws BallastError `VOLATILITY_INPUT`. */
export function requireReturns(returns: Float64Array, least: number, horizon: number): void {
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > MAX_HORIZON) {
    throw refused('horizon', horizon, `a whole number from 1 to ${MAX_HORIZON}`);
  }
  if (returns.length < least) throw refused('returns', returns.length, `at least ${least}`);
  const bad = returns.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw refused(`returns[${bad}]`, returns[bad] ?? Number.NaN, 'a finite number');
}

/** @throws BallastError `VOLATILITY_INPUT`. */
export function requireReturn(value: number): void {
  if (!Number.isFinite(value)) throw refused('return', value, 'a finite number');
}

export function refused(name: string, got: number, expected: string): BallastError {
  return new BallastError('VOLATILITY_INPUT', `volatility: ${name}: got ${got}, expected ${expected}`, {
    metadata: { name, got: String(got) },
    hint: 'give log returns, oldest first',
  });
}
