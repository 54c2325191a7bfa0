export {
  type Attribution,
  attribute,
  type Contribution,
  FEATURE_GROUPS,
  type FeatureGroup,
  groupOf,
  type Term,
} from './attribution.ts';
export { explainPeg, explainRisk, type PegExplanation, type RiskExplanation } from './explain.ts';
export { type Differentiable, integratedGradients, type PathAttribution } from './integrated-gradients.ts';
export { attributePeg, PATH_TOLERANCE, type QuantileAttribution, shapleyOfPeg } from './peg.ts';
export { attributeRisk, type RiskAttribution } from './risk.ts';
export { MAX_PLAYERS, shapleyValues } from './shapley.ts';
