import type { HourlySeries, MarketWindow, PegHorizon } from '../../features/index.ts';
import { pegInputs, requireRisk, riskInputs } from '../assess.ts';
import { type StabilityModel, weightsOfHead } from '../stability-model.ts';
import { attributePeg, type QuantileAttribution } from './peg.ts';
import { attributeRisk, type RiskAttribution } from './risk.ts';

/** Why a peg forecast is what it is, in bp, by ascending horizon. */
export type PegExplanation = {
  readonly hour: number;
  readonly horizons: readonly {
    readonly horizonHours: PegHorizon;
    /** By ascending level. */
    readonly quantiles: readonly QuantileAttribution[];
  }[];
};

/**
 * What each feature adds to each quantile of `forecastPeg`: the same numbers, taken apart.
 *
 * @param window as of `forecastPeg`.
 * @param weights the joint weights of a version.
 * @throws BallastError as `forecastPeg`.
 */
export function explainPeg(
  model: StabilityModel,
  weights: Float64Array,
  window: Pick<HourlySeries, 'startHour' | 'deviation' | 'timing'>,
): PegExplanation {
  const { hour, inputs } = pegInputs(model, window);
  return {
    hour,
    horizons: inputs.map(({ head, input }) => ({
      horizonHours: head.model.horizon,
      quantiles: attributePeg(head.model, weightsOfHead(model, head, weights), head.numbers, input),
    })),
  };
}

export type RiskExplanation = RiskAttribution & { readonly hour: number };

/**
 * What each feature adds to the logit and the log volatility behind `assessRisk`.
 *
 * @param input as of `assessRisk`.
 * @param weights the joint weights of a version.
 * @throws BallastError as `assessRisk`.
 */
export function explainRisk(
  model: StabilityModel,
  weights: Float64Array,
  input: { readonly market: MarketWindow; readonly reference: MarketWindow },
): RiskExplanation {
  const risk = requireRisk(model);
  const { hour, input: row } = riskInputs(input);
  return { hour, ...attributeRisk(risk.model, weightsOfHead(model, risk, weights), row) };
}
