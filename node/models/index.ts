export {
  assessRisk,
  forecastPeg,
  type PegForecast,
  type RiskAssessment,
} from './assess.ts';
export {
  type Attribution,
  explainPeg,
  explainRisk,
  FEATURE_GROUPS,
  type PegExplanation,
  type RiskExplanation,
} from './attribution/index.ts';
export { bootstrapSkill, type SkillInterval } from './bootstrap.ts';
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
  forecastQuantiles,
  modelShare,
} from './forecast.ts';
export { areaUnderCurve } from './metrics/auc.ts';
export {
  type HeadNorms,
  type ModelSpec,
  modelSpec,
  parseModelSpec,
} from './model-spec.ts';
export { pegHistory } from './peg-history.ts';
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
  type CollateralState,
  collateralRisk,
  governanceRisk,
  liquidityRisk,
  type MarketRiskNumbers,
  marketRisk,
  oracleRisk,
  RISK_COMPONENTS,
  totalRisk,
} from './risk-index/index.ts';
export {
  baselineRisk,
  createRiskModel,
  forecastRisk,
  RISK_TARGETS,
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
  mainPegHead,
  type PegHead,
  pegHeadName,
  type StabilityModel,
  weightsOfHead,
} from './stability-model.ts';
