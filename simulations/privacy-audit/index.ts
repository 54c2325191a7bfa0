export { lowerProportion, upperProportion } from './binomial.ts';
export {
  type RecordCanaryOptions,
  type ReleaseUpdates,
  scoreRecordCanaries,
  scoreUpdateCanaries,
  type Train,
  type UpdateCanaryOptions,
} from './canaries.ts';
export {
  type BoundOptions,
  CONFIDENCE,
  type EpsilonBound,
  epsilonByCounting,
  epsilonOfCanaries,
} from './epsilon-bounds.ts';
export { inversionCosine, invertUpdate, meanFeatures, releaseOneRecord } from './inversion.ts';
export { type AuditMarket, loadAuditMarket, oneRecord } from './market.ts';
export {
  MEMBERSHIP_ATTACKS,
  type MembershipAttack,
  type MembershipOptions,
  type MembershipScores,
  playMembership,
} from './membership.ts';
export { type AttackPower, attackPower } from './roc.ts';
export { type CanaryScores, estimateSeparation, type Separation } from './separation.ts';
