export {
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
} from './assessor.ts';
export { type AssessorExamples, buildAssessorExamples, joinAssessorExamples } from './assessor-examples.ts';
