export { evaluateModel, meanPinball, type SkillReport } from './evaluate.ts';
export {
  type Baseline,
  baselineQuantiles,
  type ForecastInput,
  forecastQuantiles,
  modelShare,
} from './forecast.ts';
export {
  createPegModel,
  genesisWeights,
  type PegModel,
  type PegModelSpec,
  predictScaled,
  QUANTILE_LEVELS,
} from './peg-model.ts';
export { empiricalQuantile, pinball, pinballSlope } from './pinball.ts';
export { expectedReversion, fitPublicNumbers, type PublicNumbers } from './public-numbers.ts';
