import { RISK_FEATURES, type RiskInput } from '../../features/index.ts';
import { DRAWDOWN_GAIN, forecastRisk, type RiskModel, VOLATILITY_GAIN } from '../risk-model.ts';
import { type Attribution, attribute } from './attribution.ts';

/** Why one hour's risk is what it is. A contribution c multiplies the odds, or the volatility, by eᶜ. */
export type RiskAttribution = {
  /** Of the logit of a drawdown event. */
  readonly drawdown: Attribution;
  /** Of the log of the next 24 hours' volatility. */
  readonly volatility: Attribution;
};

/**
 * Exact: both outputs are EWMA's plus a linear term. Terms are `calm`, what the public training part says at its mean
 * log volatility, and `ewma`, what this hour's EWMA volatility moves it by.
 *
 * @param weights the risk head's own.
 * @param input one row, as of `riskInputAt`.
 * @throws BallastError `MODEL_SIZE`.
 */
export function attributeRisk(model: RiskModel, weights: Float64Array, input: RiskInput): RiskAttribution {
  const { logit, volatility } = forecastRisk(model, weights, input);
  const { drawdown, volatility: offset } = model.numbers.ewma;
  const above = (input.ewma[0] ?? Number.NaN) - drawdown.centre;
  const of = (target: number, gain: number, output: number, calm: number, ewma: number) =>
    attribute(
      output,
      [
        { name: 'calm', value: calm },
        { name: 'ewma', value: ewma },
      ],
      RISK_FEATURES,
      input.x,
      RISK_FEATURES.map((_, j) => gain * input.x[j]! * weights[2 * j + target]!),
    );
  return {
    drawdown: of(0, DRAWDOWN_GAIN, logit[0] ?? Number.NaN, drawdown.intercept, drawdown.slope * above),
    volatility: of(1, VOLATILITY_GAIN, volatility[0] ?? Number.NaN, offset + drawdown.centre, above),
  };
}
