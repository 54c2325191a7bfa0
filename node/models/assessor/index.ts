export {
  ASSESSOR_HIDDEN,
  ASSESSOR_INPUTS,
  type AssessorNumbers,
  assessScores,
  type ByScore,
  createAssessor,
  initialAssessorWeights,
  overallScore,
  predictScores,
  RISK_SCORES,
  type RiskAssessor,
  type RiskScore,
  type RiskScores,
} from './assessor.ts';
export { type AssessorExamples, buildAssessorExamples, joinAssessorExamples } from './assessor-examples.ts';
