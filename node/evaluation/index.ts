export { baselineForecaster } from './baselines.ts';
export { type Asset, type Coin, generateMarkets, loadFolder, type Markets } from './coins.ts';
export { defaultForecaster, modelForecaster, type TrainedModel, trainDefaultModel } from './default-model.ts';
export {
  defaultCutoff,
  type Evaluation,
  type EvaluationHooks,
  type EvaluationOptions,
  evaluate,
  MAX_HORIZON_HOURS,
} from './evaluate.ts';
export type { EventFigures } from './event-out.ts';
export type { ForecastFigures } from './figures.ts';
export {
  type Forecaster,
  type ForecastWindow,
  type QuantileForecast,
  requireCausal,
  type TrainingWindow,
} from './forecaster.ts';
export { type HorizonFigures, heldOutFigures } from './held-out.ts';
export { MAX_MODEL_BYTES, readModelFile } from './model-file.ts';
export { headlines, reportPage } from './report/page.ts';
export type { RiskFigures } from './risk.ts';
export { type VolatilityFigures, volatilityFigures } from './volatility.ts';
export type { DepegWarning, WarningFigures } from './warning.ts';
