export { baselineForecaster } from './baselines.ts';
export { type Coin, generateMarkets, loadFolder, type Markets } from './coins.ts';
export { modelForecaster, trainDefaultModel } from './default-model.ts';
export {
  type Evaluation,
  evaluate,
  MAX_HORIZON_HOURS,
} from './evaluate.ts';

export {
  type Forecaster,
  requireCausal,
} from './forecaster.ts';
export { heldOutFigures } from './held-out.ts';
export { MAX_MODEL_BYTES, readModelFile } from './model-file.ts';
export { headlines, reportPage } from './report/page.ts';

export { volatilityFigures } from './volatility.ts';
