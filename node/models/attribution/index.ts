export {
  type Attribution,
  FEATURE_GROUPS,
  groupOf,
} from './attribution.ts';
export { explainPeg, explainRisk, type PegExplanation, type RiskExplanation } from './explain.ts';
export { integratedGradients } from './integrated-gradients.ts';
export { attributePeg, shapleyOfPeg } from './peg.ts';
export { attributeRisk } from './risk.ts';
export { shapleyValues } from './shapley.ts';
