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
 * Exact: both outputs are linear. The event's logit is that of a calm hour, whose term `calm` is the public start's
 * constant, and what each feature adds by the public start and the weights together; the volatility's terms are `calm`,
 * what the public training part says at its mean log volatility, and `ewma`, what this hour's EWMA volatility moves it by.
 *
 * @param weights the risk head's own.
 * @param input one row, as of `riskInputAt`.
 * @throws BallastError `MODEL_SIZE`.
 */
export function attributeRisk(model: RiskModel, weights: Float64Array, input: RiskInput): RiskAttribution {
  const { logit, volatility } = forecastRisk(model, weights, input);
  const { ewma, start } = model.numbers;
  const { centre } = ewma.drawdown;
  const [constant = 0, ...slopes] = start;
  const of = (
    output: number,
    terms: readonly { readonly name: string; readonly value: number }[],
    slope: (j: number) => number,
  ) =>
    attribute(
      output,
      terms,
      RISK_FEATURES,
      input.x,
      RISK_FEATURES.map((_, j) => input.x[j]! * slope(j)),
    );
  return {
    drawdown: of(
      logit[0] ?? Number.NaN,
      [{ name: 'calm', value: constant }],
      (j) => (j === 0 ? 0 : (slopes[j - 1] ?? 0)) + DRAWDOWN_GAIN * weights[2 * j]!,
    ),
    volatility: of(
      volatility[0] ?? Number.NaN,
      [
        { name: 'calm', value: ewma.volatility + centre },
        { name: 'ewma', value: (input.ewma[0] ?? Number.NaN) - centre },
      ],
      (j) => VOLATILITY_GAIN * weights[2 * j + 1]!,
    ),
  };
}
