export { areaUnderCurve } from '../evaluation/metrics/auc.ts';
export {
  assessRisk,
  assessRiskFrom,
  forecastHorizon,
  forecastPeg,
  type HorizonForecast,
  type PegForecast,
  type RiskAssessment,
} from './assess.ts';
export {
  type Attribution,
  type Contribution,
  explainPeg,
  explainRisk,
  FEATURE_GROUPS,
  type FeatureGroup,
  type PegExplanation,
  type QuantileAttribution,
  type RiskAttribution,
  type RiskExplanation,
  shapleyOfPeg,
} from './attribution/index.ts';
export { type BootstrapOptions, bootstrapSkill, type SkillInterval } from './bootstrap.ts';
export {
  baselineLosses,
  evaluateModel,
  meanPinball,
  pegLoss,
  pinballLosses,
  type SkillReport,
} from './evaluate.ts';
export { fitModelSpec, type PublicData } from './fit-model.ts';
export {
  anchorQuantiles,
  type Baseline,
  baselineQuantiles,
  type ForecastInput,
  forecastQuantiles,
  modelShare,
} from './forecast.ts';
export {
  type HeadNorms,
  type ModelSpec,
  modelSpec,
  type PegHeadSpec,
  type PegHorizonSpec,
  parseModelSpec,
  type RiskHeadSpec,
} from './model-spec.ts';
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
export {
  evaluateRisk,
  type RiskReport,
  reportRisk,
  riskLosses,
  trainingLossOfRisk,
} from './risk-evaluate.ts';
export {
  baselineRisk,
  createRiskModel,
  forecastRisk,
  RISK_TARGETS,
  type RiskBaseline,
  type RiskForecast,
  type RiskModel,
  riskScales,
} from './risk-model.ts';
export {
  drawdownEvents,
  fitRiskNumbers,
  type RiskNumbers,
  scoreOf,
  sigmoid,
  startLogits,
} from './risk-numbers.ts';
export { fitShrunkLogistic } from './shrunk-logistic.ts';
export {
  createModel,
  genesisOf,
  headsOf,
  horizonsOf,
  type ModelHead,
  mainPegHead,
  type PegHead,
  pegHeadName,
  type StabilityModel,
  weightsOfHead,
} from './stability-model.ts';
