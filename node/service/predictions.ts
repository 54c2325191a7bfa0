import { BallastError } from '../../protocol/errors.ts';
import type { PegForecastJson, PegRequest, RiskAssessmentJson, RiskRequest } from '../api/index.ts';
import { assessRisk, forecastPeg, type StabilityModel } from '../models/index.ts';
import type { KnownMarket } from '../runtime/index.ts';

/** What a forecast is made with: a certified version, and what the public feeds say up to now. */
export type Forecaster = {
  readonly model: StabilityModel;
  readonly version: number;
  readonly modelDigest: string;
  readonly weights: Float64Array;
  readonly known: () => KnownMarket;
};

/** @throws BallastError as {@link forecastPeg} does. */
export function predictPeg(forecaster: Forecaster, { window }: PegRequest): PegForecastJson {
  const { model, weights, known } = forecaster;
  const input =
    window === undefined
      ? known().peg
      : { startHour: window.startHour, deviation: Float64Array.from(window.deviation) };
  const forecast = forecastPeg(model, weights, input);
  return {
    ...madeBy(forecaster, window === undefined, forecast),
    deviationBp: forecast.deviation,
    scaleBp: forecast.scale,
    modelShare: forecast.modelShare,
    quantiles: forecast.levels.map((level, i) => ({
      level,
      deviationBp: forecast.quantiles[i] ?? Number.NaN,
    })),
  };
}

/** @throws BallastError as {@link assessRisk} does; `MARKET_UNKNOWN` where the node has no public market. */
export function predictRisk(forecaster: Forecaster, { market, reference }: RiskRequest): RiskAssessmentJson {
  const isOwn = market === undefined || reference === undefined;
  const input = isOwn
    ? publicMarkets(forecaster)
    : { market: toWindow(market), reference: toWindow(reference) };
  const assessment = assessRisk(forecaster.model, forecaster.weights, input);
  const { drawdown, volatility } = assessment;
  return { ...madeBy(forecaster, isOwn, assessment), drawdown, volatility };
}

function madeBy(
  { version, modelDigest }: Forecaster,
  isPublic: boolean,
  { hour, horizonHours }: { readonly hour: number; readonly horizonHours: number },
) {
  const input: 'public-feed' | 'request' = isPublic ? 'public-feed' : 'request';
  return { version, modelDigest, input, hour, horizonHours };
}

function publicMarkets({ known }: Forecaster) {
  const { market } = known();
  if (market === undefined) {
    throw new BallastError(
      'MARKET_UNKNOWN',
      'market: got none, expected one: this node has no public market',
      {
        hint: 'send market and reference',
      },
    );
  }
  return { market, reference: market };
}

type WindowJson = NonNullable<RiskRequest['market']>;

function toWindow({ startHour, close, volume }: WindowJson) {
  return {
    startHour,
    close: Float64Array.from(close),
    ...(volume === undefined || volume === null ? {} : { volume: Float64Array.from(volume) }),
  };
}
